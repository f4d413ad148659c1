import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Backend, ModelFile, Signature } from '../backends/backend.ts';
import { compileOptions } from '../config/options.ts';
import { ModelLoadError } from '../errors.ts';
import { exampleQuery, type ExampleQuery } from '../graphql/example-query.ts';
import { GeneratedParts } from '../graphql/generated-part.ts';
import { openVersion } from '../graphql/open-version.ts';
import { buildStaticSchema } from '../graphql/static-schema.ts';
import { systemClock } from '../inference/batching/clock.ts';
import { goldenFileName, readGolden } from '../inference/golden.ts';
import { closeServedModel, type ServedModel } from '../inference/served-model.ts';
import { warmUp } from '../inference/warm-up.ts';
import { InferenceRecorder } from '../observability/metrics/inference-recorder.ts';
import { emptyManifest, type Manifest } from '../repository/manifest.ts';
import { hashFile } from '../repository/verify.ts';
import { createPictureDecoder } from '../tasks/images/picture-decoder.ts';
import { readManifest } from '../tasks/index.ts';
import { rowSignature, type RowSignature } from '../tasks/row-signature.ts';
import { placeOf } from './model-place.ts';

/** What is known of one model file. It is printed as JSON: keys are added and never change their meaning. */
export interface Inspection {
  /** Whether it can be served. */
  readonly ok: boolean;
  /** Why it cannot, in the words of the server. */
  readonly problems: readonly string[];
  readonly path: string;
  readonly sizeBytes: number;
  /** The name and version that it has in a repository, or would have. */
  readonly model: string;
  readonly version: number;
  /** Path of the manifest that goes with it; null where there is none. */
  readonly manifest: string | null;
  /** Null where the manifest cannot be read. */
  readonly task: string | null;
  /** What the file says of itself; null where it is no model. */
  readonly file: ModelFile | null;
  /** Null where the file is no model, or declares what cannot be served. */
  readonly signature: Signature | null;
  /** Whether rows of different requests can share a call, and why not; null where there is no signature. */
  readonly batching: { readonly enabled: boolean; readonly reason: string | null } | null;
  /** What was changed or left out so that it can be served, and what was noticed of its first calls. */
  readonly notes: readonly string[];
  readonly serving: Serving | null;
}

/** What is served of a model file; null in the place of it where the model cannot be opened. */
export interface Serving {
  /** The generated types and fields. */
  readonly sdl: string;
  readonly example: ExampleQuery;
  /** How many golden examples it reproduced; null where one of them differs, or they cannot be read. */
  readonly goldenExamples: number | null;
}

/**
 * Finds out all that can be known of one model file, by opening it as the server does.
 * @param path absolute path of the file.
 * @throws ModelLoadError when there is no such file.
 */
export async function inspectFile(path: string, backend: Backend): Promise<Inspection> {
  const sizeBytes = await sizeOf(path, backend.modelFileName);
  const problems: string[] = [];
  const attempt: Attempt = async (work) => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ModelLoadError)) throw error;
      problems.push(error.message);
      return null;
    }
  };
  const { model, version, manifest: manifestPath, versionFolder } = await placeOf(path, backend.modelFileName);
  const manifest = manifestPath === null ? emptyManifest : await attempt(() => readManifest(manifestPath));
  const file = await attempt(() => backend.describe(path));
  const declared = file && (await attempt(() => backend.inspect(path)));
  const base = buildStaticSchema();
  const pictures = createPictureDecoder({ maxPixels: compileOptions({}, {}).limits.maxImagePixels });
  const recorder = new InferenceRecorder(model, version, () => systemClock.now());
  const alone = { backend, base, pictures, models: new Map<string, boolean>(), recorder, onCall: () => undefined };
  const { sha256 } = await hashFile(path);
  const own = { path, folder: dirname(path), sha256 };
  const asked = manifest && { ...own, name: model, version, manifest: { ...manifest, instances: 1 } };
  const served = declared && asked && (await attempt(() => openVersion(asked, alone)));
  const serving = served && (await serve(served, versionFolder, new GeneratedParts(base), attempt));
  const { signature = null } = declared ?? {};
  return {
    ok: problems.length === 0,
    problems,
    path,
    sizeBytes,
    model,
    version,
    manifest: manifestPath,
    task: manifest?.task ?? null,
    file,
    signature,
    batching: batchingOf(served?.rowSignature ?? (signature && declaredRows(signature, manifest ?? emptyManifest))),
    notes: served?.notes ?? declared?.notes ?? [],
    serving,
  };
}

/** Goes on with null after what the server would say of a model; anything else is a fault of ours. */
type Attempt = <Result>(work: () => Promise<Result>) => Promise<Result | null>;

async function sizeOf(path: string, modelFileName: string): Promise<number> {
  const found = await stat(path).catch((error: unknown) => {
    throw new ModelLoadError(`There is no file ${path}.`, { cause: error });
  });
  if (found.isFile()) return found.size;
  throw new ModelLoadError(`${path} is no file: give the model itself, such as ${join(path, modelFileName)}.`);
}

/** Warms a model up, says what clients would see of it, and closes it. */
async function serve(
  served: ServedModel,
  versionFolder: string | null,
  parts: GeneratedParts,
  attempt: Attempt,
): Promise<Serving> {
  try {
    const read = await attempt(async () => ({
      golden: versionFolder === null ? null : await readGolden(join(versionFolder, goldenFileName), served),
    }));
    const warmed = read && (await attempt(() => warmUp(served, read.golden).then(() => true)));
    return {
      sdl: parts.of(served).sdl,
      example: exampleQuery(served, read?.golden?.examples[0]),
      goldenExamples: warmed === true ? (read?.golden?.examples.length ?? 0) : null,
    };
  } finally {
    await closeServedModel(served);
  }
}

/** The rows of a model that was not opened, by its file alone. */
function declaredRows(signature: Signature, { batching: { enabled, axis } }: Manifest): RowSignature {
  return rowSignature(signature, { enabled, axis });
}

function batchingOf(rows: RowSignature | null): Inspection['batching'] {
  if (rows === null) return null;
  return rows.axis.kind === 'dynamic' ? { enabled: true, reason: null } : { enabled: false, reason: rows.axis.reason };
}
