import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';

import type { ModelParts } from './model-parts.ts';
import { dropLeftoverInputs } from './leftover-inputs.ts';
import { errorFromMessage } from './messages.ts';
import type { OptimisationAnswer, OptimisationRequest } from './optimisation-thread.ts';
import { loadError } from './runtime-errors.ts';

/**
 * How far a file is optimised ahead. What goes further lays weights out for the CPU of this machine; `extended` holds on
 * every one, and the server does the rest when it loads the file.
 * Source: onnxruntime.ai/docs/performance/model-optimizations/graph-optimizations.html
 */
export const offlineLevel = 'extended';

/** File of weights of an optimised model, where the original had its weights in files of their own. */
const weightsFileName = 'model.onnx.data';

/**
 * Writes what the runtime makes of a model before it runs it: operators that are merged, constants that are computed.
 * It blocks its thread, which is one of its own.
 * @param from path of the model.
 * @param to path of the new file; one with its weights is written beside it where the model has such files.
 * @param parts what the model is made of.
 * @throws ModelLoadError when the runtime refuses the model.
 */
export async function optimiseOffline(
  from: string,
  to: string,
  { weightsFiles, edits }: Pick<ModelParts, 'weightsFiles' | 'edits'>,
): Promise<void> {
  const request: OptimisationRequest = {
    from,
    to,
    level: offlineLevel,
    edits,
    weightsFileName: weightsFiles.length > 0 ? weightsFileName : null,
  };
  const worker = new Worker(new URL('./optimisation-thread.ts', import.meta.url), {
    workerData: request,
    execArgv: [],
  });
  const answer = await new Promise<OptimisationAnswer>((resolve, reject) => {
    let last: OptimisationAnswer | null = null;
    worker.on('message', (message: OptimisationAnswer) => (last = message));
    worker.once('error', reject);
    // Not before its end: only then is the model freed, and its file closed.
    worker.once('exit', () =>
      last === null ? reject(new Error('The thread ended while it optimised.')) : resolve(last),
    );
  });
  if (answer.kind === 'refused') throw loadError(errorFromMessage(answer.error), dirname(from));
  await dropLeftoverInputs(from, to);
}
