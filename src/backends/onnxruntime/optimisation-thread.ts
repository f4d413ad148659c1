import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';

import { env, InferenceSession } from 'onnxruntime-node';

import { applyEdits, type Edit } from './graph-edits.ts';
import { type ErrorMessage, errorToMessage } from './messages.ts';

/** Handed to the thread when it starts. */
export interface OptimisationRequest {
  readonly from: string;
  readonly to: string;
  readonly level: 'basic' | 'extended';
  /** What to change in the bytes before they are loaded; mostly nothing. */
  readonly edits: readonly Edit[];
  /** File beside the new model to put its weights into; null to leave them in the model. */
  readonly weightsFileName: string | null;
}

/** The thread's only message. */
export type OptimisationAnswer =
  | { readonly kind: 'written' }
  | { readonly kind: 'refused'; readonly error: ErrorMessage };

/** Failures come as exceptions. */
const fatalOnly = 4;

/** The entry of a worker thread: loading a model with a path for what it was optimised to writes that file. */
async function optimise({ from, to, level, edits, weightsFileName }: OptimisationRequest): Promise<OptimisationAnswer> {
  env.logLevel = 'fatal';
  try {
    const options: InferenceSession.SessionOptions = {
      executionProviders: ['cpu'],
      graphOptimizationLevel: level,
      optimizedModelFilePath: to,
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: fatalOnly,
      extra: {
        session: {
          ...(weightsFileName === null ? {} : { optimized_model_external_initializers_file_name: weightsFileName }),
          ...(edits.length > 0 ? { model_external_initializers_file_folder_path: dirname(from) } : {}),
        },
      },
    };
    const session =
      edits.length > 0
        ? await InferenceSession.create(applyEdits(await readFile(from), edits), options)
        : await InferenceSession.create(from, options);
    await session.release();
    return { kind: 'written' };
  } catch (error) {
    return { kind: 'refused', error: errorToMessage(error) };
  }
}

parentPort?.postMessage(await optimise(workerData as OptimisationRequest));
