import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ModelFile, Signature } from '../../backends/backend.ts';
import { readModelParts } from '../../backends/onnxruntime/model-parts.ts';
import { ModelLoadError } from '../../errors.ts';
import { goldenFileName } from '../../inference/golden.ts';
import { manifestFileName } from '../../repository/scan.ts';
import { findDestination } from './destination.ts';
import { readExamples } from './examples.ts';
import { writeOptimised } from './optimisation.ts';
import type { AddRequest } from './request.ts';
import { settleManifest } from './settled-manifest.ts';
import { copyDurably, createStaging, putIntoPlace, type Staging } from './staging.ts';
import { type Tried, tryVersion } from './trial.ts';
import type { Workbench } from './workbench.ts';

/** What was added, or would be. It is printed as JSON: keys are added and never change their meaning. */
export interface Addition extends Tried {
  readonly model: string;
  readonly version: number;
  /** The version's folder. */
  readonly path: string;
  /** Whether nothing was written. */
  readonly dryRun: boolean;
  /** The files in that folder, sorted. */
  readonly files: readonly string[];
  readonly task: string;
  readonly manifest: {
    /** Null where the model has none and gets none. */
    readonly path: string | null;
    /** The text that was written; null where its owner wrote it, or there is none. */
    readonly proposed: string | null;
  };
  readonly file: ModelFile;
  readonly signature: Signature;
  /** Where the example can be sent once a server runs. */
  readonly url: string;
}

/**
 * Puts a model into the repository: finds out what it is, says so in a manifest, proves that it can be served, and moves
 * all of it into its place in one step. Whatever fails leaves the repository as it was.
 * @throws ModelLoadError when it cannot be served, in the server's words, or when its place is taken.
 */
export async function addModel(request: AddRequest, workbench: Workbench, signal: AbortSignal): Promise<Addition> {
  signal.throwIfAborted();
  const { backend } = workbench;
  const destination = await findDestination(request, backend.modelFileName);
  const declared = await backend.inspect(request.source);
  const examples = request.examples === null ? null : await readExamples(request.examples);
  signal.throwIfAborted();
  const { name, version, folder, isNew } = destination;
  const staging = await createStaging(request.root, name, version, request.dryRun);
  // A second signal ends the process at once: what it would leave behind goes at the first.
  const onAbort = () => void staging.remove().catch(() => undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await stageFiles(request, staging, backend.modelFileName);
    const situation = { request, destination, declared, examples, staging, workbench, signal };
    const { manifest, proposed, notes } = await settleManifest(situation);
    signal.throwIfAborted();
    const tried = await tryVersion(situation, manifest);
    const files = await readdir(staging.versionFolder, { recursive: true });
    signal.throwIfAborted();
    if (!request.dryRun) await putIntoPlace(staging, folder, { isNew, hasNewManifest: proposed !== null });
    const hasManifest = proposed !== null || destination.manifest !== null;
    return {
      model: name,
      version,
      path: join(folder, String(version)),
      dryRun: request.dryRun,
      files: files.toSorted(),
      task: manifest.task,
      manifest: { path: hasManifest ? join(folder, manifestFileName) : null, proposed },
      ...tried,
      file: declared.file,
      signature: declared.signature,
      // What was optimised has in it what the original gets when it is loaded.
      notes: [...new Set([...notes, ...declared.notes, ...tried.notes])],
      url: request.url,
    };
  } catch (error) {
    // What fails after the staging folder was taken away fails for that.
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
    await staging.remove();
  }
}

/** Copies the model, optimised where that was asked for, with its weights and whatever goes with it. */
async function stageFiles(request: AddRequest, { versionFolder }: Staging, modelFileName: string): Promise<void> {
  const { source, beside, golden, optimize } = request;
  const model = join(versionFolder, modelFileName);
  if (optimize) await writeOptimised(source, model);
  else {
    await copyDurably(source, model);
    const { weightsFiles } = await readModelParts(source);
    for (const file of weightsFiles) await copyDurably(join(dirname(source), file), join(versionFolder, file));
  }
  const taken = new Set([...(await readdir(versionFolder)), goldenFileName, manifestFileName]);
  for (const path of beside) {
    if (taken.has(basename(path))) {
      throw new ModelLoadError(`--with cannot bring ${basename(path)}: a file of that name is put there already.`);
    }
    await copyDurably(path, join(versionFolder, basename(path)));
  }
  if (golden !== null) await copyDurably(golden, join(versionFolder, goldenFileName));
}
