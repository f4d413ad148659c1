import { parentPort, workerData } from 'node:worker_threads';

import { env, InferenceSession } from 'onnxruntime-node';

import { type ErrorMessage, errorToMessage } from './messages.ts';

/** Handed to the thread when it starts. */
export interface OptimisationRequest {
  readonly from: string;
  readonly to: string;
  readonly level: 'basic' | 'extended';
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
async function optimise({ from, to, level, weightsFileName }: OptimisationRequest): Promise<OptimisationAnswer> {
  env.logLevel = 'fatal';
  try {
    const session = await InferenceSession.create(from, {
      executionProviders: ['cpu'],
      graphOptimizationLevel: level,
      optimizedModelFilePath: to,
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: fatalOnly,
      extra:
        weightsFileName === null
          ? {}
          : { session: { optimized_model_external_initializers_file_name: weightsFileName } },
    });
    await session.release();
    return { kind: 'written' };
  } catch (error) {
    return { kind: 'refused', error: errorToMessage(error) };
  }
}

parentPort?.postMessage(await optimise(workerData as OptimisationRequest));
