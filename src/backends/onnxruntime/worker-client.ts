import { Worker } from 'node:worker_threads';

import { GatewayError } from '../../errors.ts';
import type { NamedTensors, Tensor } from '../../tensors/tensor.ts';
import type { RunResult } from '../backend.ts';
import { type FromSession, type SessionRequest, type ToSession, errorFromMessage, transferList } from './messages.ts';
import { runError } from './runtime-errors.ts';

/** The gateway's side of one session: a session in a thread of its own. */
export interface SessionClient {
  /** Runs the model once; the thread takes calls one after the other. @throws GatewayError */
  run(inputs: NamedTensors, outputs: readonly string[]): Promise<RunResult>;
  /** Waits for running calls, frees the session, lets the thread end. Idempotent. */
  close(): Promise<void>;
  /** Settles when the thread has ended, whether asked to or not, and before the calls that this cuts off do. */
  readonly ended: Promise<void>;
}

interface PendingCall {
  readonly resolve: (result: RunResult) => void;
  readonly reject: (error: Error) => void;
}

/** Starts a thread and loads the model in it. @throws the runtime's own error when it refuses the model. */
export async function startSession(request: SessionRequest): Promise<SessionClient> {
  const worker = new Worker(new URL('./thread.ts', import.meta.url), {
    workerData: request,
    // What the process was started with, such as a tracer to preload, is not for a thread that only computes.
    execArgv: [],
  });
  const pending = new Map<number, PendingCall>();
  let lastId = 0;
  let closing: Promise<void> | null = null;
  let hasEnded = false;
  let fault: Error | undefined;

  const ended = new Promise<void>((resolve) => {
    worker.once('error', (error: Error) => (fault = error));
    worker.once('exit', () => {
      hasEnded = true;
      resolve();
      for (const call of pending.values()) call.reject(sessionGone(fault));
      pending.clear();
    });
  });

  await new Promise<void>((resolve, reject) => {
    worker.on('message', (message: FromSession) => {
      if (message.kind === 'ready') return resolve();
      if (message.kind === 'refused') return reject(errorFromMessage(message.error));
      const call = pending.get(message.id);
      pending.delete(message.id);
      if (message.kind === 'failed') call?.reject(runError(errorFromMessage(message.error)));
      else call?.resolve({ outputs: toTensors(message.outputs), computeMs: message.computeMs });
    });
    void ended.then(() => reject(fault ?? new Error('The thread ended while it loaded the model.')));
  });

  const run = (inputs: NamedTensors, outputs: readonly string[]): Promise<RunResult> =>
    new Promise((resolve, reject) => {
      if (hasEnded || closing !== null) return reject(sessionGone(fault));
      const id = ++lastId;
      const tensors = [...inputs].map(([name, { datatype, shape, data }]) => ({ name, datatype, shape, data }));
      pending.set(id, { resolve, reject });
      try {
        worker.postMessage({ kind: 'run', id, inputs: tensors, outputs } satisfies ToSession, transferList(tensors));
      } catch (error) {
        pending.delete(id);
        reject(error);
      }
    });

  const close = async (): Promise<void> => {
    // The thread takes messages in order, so that it frees the session after the last call. Never `terminate()`:
    // during a call it aborts the whole process.
    if (!hasEnded) worker.postMessage({ kind: 'close' } satisfies ToSession);
    await ended;
  };

  return { run, ended, close: () => (closing ??= close()) };
}

function toTensors(messages: readonly (Tensor & { readonly name: string })[]): NamedTensors {
  const tensors = new Map<string, Tensor>();
  for (const message of messages) tensors.set(message.name, message);
  return tensors;
}

function sessionGone(cause: Error | undefined): GatewayError {
  return new GatewayError('MODEL_UNAVAILABLE', 'The model was unloaded, or its thread ended; try again.', { cause });
}
