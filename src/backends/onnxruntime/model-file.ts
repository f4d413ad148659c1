import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';

import { ModelLoadError, systemCode } from '../../errors.ts';
import type { ModelFile, Signature } from '../backend.ts';
import { checkExternalData } from './external-data.ts';
import { type Edit, editsOfGraph } from './graph-edits.ts';
import { isGitLfsPointer, recogniseFormat } from './file-kind.ts';
import { type ModelProto, NotOnnxError, readModelProto } from './model-proto.ts';
import { checkOperators } from './operators.ts';
import { ProtobufError, ProtobufReader } from './protobuf.ts';
import { signatureOf } from './signature.ts';
import { weightsToRead } from './weights.ts';
import { nameLocales } from './string-locale.ts';
import { cutZipMaps } from './zipmap.ts';

/** A model file that was looked through, and has no fault that can be seen without loading it. */
export interface InspectedFile {
  readonly signature: Signature;
  readonly file: ModelFile;
  readonly notes: readonly string[];
  /** What to change in the bytes before they are loaded; mostly nothing. */
  readonly edits: readonly Edit[];
  readonly hasExternalData: boolean;
  /** The operators in use, as `domain:operator`. */
  readonly operators: ReadonlySet<string>;
  /** Of the file itself. */
  readonly sizeBytes: number;
  /** The files of weights to load with it; mostly none. */
  readonly weights: readonly string[];
}

/** Memory that the small parts of a model may take: graphs of a hundred thousand nodes take a tenth. */
const memoryBudget = 536_870_912;

const mappedNote =
  'The weights files are used where they lie: replace them by renaming others over them, and never write into them while ' +
  'the model is served.';

/** Protobuf's own limit. */
const longestFile = 2_147_483_647;

/** Reads what a model file says of itself. @throws ModelLoadError when it is no model, without paths. */
export async function describeModelFile(path: string): Promise<ModelFile> {
  const { proto } = await readFrom(path);
  return proto.file;
}

/**
 * Reads the small parts of a model file, and stats its weights files.
 * @throws ModelLoadError in words that say what to do, without paths.
 */
export async function inspectModelFile(path: string): Promise<InspectedFile> {
  const { proto, sizeBytes } = await readFrom(path);
  checkOperators(proto);
  await checkExternalData(dirname(path), proto.externalTensors);
  const { cuts, edits } = cutZipMaps(proto.graph);
  const locales = nameLocales(proto.graph);
  const read = signatureOf(proto.graph, cuts);
  const notes = [...read.notes, ...locales.notes];
  const weights = weightsToRead(proto.externalTensors);
  return {
    signature: read.signature,
    notes: weights === null ? [...notes, mappedNote] : notes,
    file: proto.file,
    sizeBytes,
    operators: proto.operators,
    edits: editsOfGraph(proto.graph, [...edits, ...locales.edits]),
    hasExternalData: proto.externalTensors.length > 0,
    weights: weights ?? [],
  };
}

async function readFrom(path: string): Promise<{ readonly proto: ModelProto; readonly sizeBytes: number }> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    const reason = systemCode(error);
    const incomplete = reason === 'ENOENT';
    throw new ModelLoadError(`The model file cannot be opened (${reason}).`, { cause: error, incomplete });
  }
  try {
    const { size } = await handle.stat();
    const readAt = async (offset: number, length: number) => {
      const { bytesRead, buffer } = await handle.read(new Uint8Array(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    };
    return { proto: await readModel(size, readAt), sizeBytes: size };
  } catch (error) {
    if (error instanceof ModelLoadError) throw error;
    throw new ModelLoadError(`The model file cannot be read (${systemCode(error)}).`, { cause: error });
  } finally {
    await handle.close();
  }
}

/**
 * Reads a ModelProto from wherever its bytes are.
 * @param readAt returns the bytes at an offset; fewer than asked for where the file ends.
 * @throws ModelLoadError when the bytes are no model.
 */
export async function readModel(
  size: number,
  readAt: (offset: number, length: number) => Promise<Uint8Array>,
): Promise<ModelProto> {
  if (size === 0) throw new ModelLoadError('The model file is empty: copy it again.', { incomplete: true });
  if (size > longestFile) {
    throw new ModelLoadError(
      'The model file is larger than 2 GiB, which protobuf cannot hold: save it with external data.',
    );
  }
  const head = await readAt(0, Math.min(64, size));
  if (isGitLfsPointer(head)) {
    throw new ModelLoadError(
      'The model file is a Git LFS pointer, not the model: run "git lfs pull" and copy the file again.',
    );
  }
  try {
    return await readModelProto(new ProtobufReader(size, readAt, memoryBudget));
  } catch (error) {
    if (error instanceof NotOnnxError) {
      const kind = recogniseFormat(head);
      const advice = kind ?? 'Export the model to ONNX, or copy it again.';
      const incomplete = kind === null && error.cause instanceof ProtobufError && error.cause.incomplete;
      throw new ModelLoadError(`The file is no ONNX model. ${advice}`, { cause: error, incomplete });
    }
    if (!(error instanceof ProtobufError)) throw error;
    throw new ModelLoadError(
      error.endsEarly
        ? `The model file ends early, at byte ${size}: was it copied in half? Copy it again. (${error.message})`
        : `The model file is damaged: copy it or export it again. (${error.message})`,
      { cause: error, incomplete: error.incomplete },
    );
  }
}
