import { join } from 'node:path';
import type { Backend } from '../backends/backend.ts';
import { ModelLoadError } from '../errors.ts';
import { systemClock } from '../inference/batching/clock.ts';
import { probeBatchAxis } from '../inference/probe-batch-axis.ts';
import { createServedModel, type ServedModel, type ServedModelParts } from '../inference/served-model.ts';
import type { Manifest } from '../repository/manifest.ts';
import { readFileBeside } from '../repository/text-file.ts';
import type { PictureDecoder } from '../tasks/images/picture-decoder.ts';
import { findTask } from '../tasks/index.ts';
import { rowSignature } from '../tasks/row-signature.ts';
import { apiNames, nameConflict } from './api-names.ts';
import { contractOf } from './generated-part.ts';
import type { StaticSchema } from './static-schema.ts';

/** What to open, and as what. */
export interface VersionToServe {
  readonly name: string;
  readonly version: number;
  readonly manifest: Manifest;
  /** Path of the model file, links followed. */
  readonly path: string;
  /** The folder in which it lies, or a link to it: that of the files beside it. */
  readonly folder: string;
  /** SHA-256 of the model file in hexadecimal digits. */
  readonly sha256: string;
}

export interface OpenOptions {
  readonly backend: Backend;
  readonly base: StaticSchema;
  /** The models beside which it is to be served, by name, with whether they serve. */
  readonly models: ReadonlyMap<string, boolean>;
  readonly pictures: PictureDecoder;
  readonly recorder: ServedModelParts['recorder'];
  /** @default nobody is told of slow predictions */
  readonly slow?: ServedModelParts['slow'];
  readonly onCall: ServedModelParts['onCall'];
  /** Told of each thread of the model that was lost. */
  readonly onLost?: (error: Error) => void;
}

/**
 * Loads a version and gives it its face: names, task, types, batcher. Whoever opens it closes it.
 * @throws ModelLoadError when it cannot be served, saying why and what to do.
 */
export async function openVersion(
  { name, version, manifest, path, folder, sha256 }: VersionToServe,
  { backend, base, models, pictures, recorder, slow = null, onCall, onLost }: OpenOptions,
): Promise<ServedModel> {
  const conflict = nameConflict(name, models, base.typeNames);
  if (conflict !== null) throw new ModelLoadError(conflict);
  const task = findTask(manifest.task);
  const { instances, threads } = manifest;
  const model = await backend.open({
    path,
    instances,
    threadsPerInstance: threads,
    timeoutMs: Math.max(manifest.timeoutMs, manifest.maxTimeoutMs ?? 0),
    onLost: (error) => {
      recorder.instanceLost();
      onLost?.(error);
    },
  });
  try {
    const { enabled, axis } = manifest.batching;
    const declared = rowSignature(model.signature, { enabled, axis });
    const reason = await probeBatchAxis(model, declared);
    const signature = reason === null ? declared : rowSignature(model.signature, { axis: 'none', reason });
    const { typePrefix } = apiNames(name);
    const files = await readBeside(folder, task.reads ?? []);
    const identity = { model: name, version, sha256, typePrefix };
    const bound = task.bind({ ...identity, signature, manifest, files, pictures, types: base.shared });
    return createServedModel({
      name,
      version,
      manifest,
      model,
      rowSignature: signature,
      task: bound,
      contract: contractOf(bound),
      clock: systemClock,
      recorder,
      slow,
      onCall,
    });
  } catch (error) {
    await model.close();
    throw error;
  }
}

/** The files of these names in a model's folder; those that are not there are absent. @throws ModelLoadError */
export async function readBeside(folder: string, names: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const name of names) {
    const content = await readFileBeside(join(folder, name));
    if (content !== null) files.set(name, content);
  }
  return files;
}
