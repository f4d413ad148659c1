import { Worker } from 'node:worker_threads';

import type { NamedTensors } from '../../tensors/tensor.ts';
import { type FromThread, type SessionRequest, type ToThread, errorFromMessage, transferList } from './messages.ts';
import { runError } from './runtime-errors.ts';
import { sessionGone, type SessionClient, type SessionResult, toTensors } from './session-client.ts';

interface PendingCall {
  readonly session: number;
  readonly resolve: (result: SessionResult) => void;
  readonly reject: (error: Error) => void;
}

/** What is known of a session that is open, or being opened. */
interface SessionState {
  readonly opened: PromiseWithResolvers<void>;
  readonly ended: PromiseWithResolvers<void>;
}

/**
 * The gateway's side of one worker thread, which holds sessions and runs one at a time. It starts with its first session
 * and ends by itself when its last one is closed.
 */
export class SessionThread {
  readonly #worker: Worker;
  readonly #sessions = new Map<number, SessionState>();
  readonly #pending = new Map<number, PendingCall>();
  readonly #exited = Promise.withResolvers<void>();
  #lastNumber = 0;
  #fault: Error | undefined;
  #isEnding = false;

  constructor() {
    this.#worker = new Worker(new URL('./thread.ts', import.meta.url), {
      // What the process was started with, such as a tracer to preload, is not for a thread that only computes.
      execArgv: [],
    });
    this.#worker.on('message', (message: FromThread) => this.#take(message));
    this.#worker.once('error', (error: Error) => (this.#fault = error));
    this.#worker.once('exit', () => this.#exit());
  }

  /** Whether sessions can still be opened: it has not ended, and does not end. */
  get isAlive(): boolean {
    return !this.#isEnding;
  }

  /** Loads a model. @throws the runtime's own error when it refuses the model. */
  async open(request: SessionRequest): Promise<SessionClient> {
    if (this.#isEnding) throw new Error('The thread has ended.');
    const number = ++this.#lastNumber;
    const state: SessionState = { opened: Promise.withResolvers(), ended: Promise.withResolvers() };
    this.#sessions.set(number, state);
    this.#send({ kind: 'open', session: number, request });
    await state.opened.promise;
    let closing: Promise<void> | null = null;
    return {
      ended: state.ended.promise,
      run: (inputs, outputs) =>
        closing === null ? this.#run(number, inputs, outputs) : Promise.reject(sessionGone(this.#fault)),
      close: () => (closing ??= this.#close(number, state)),
    };
  }

  #run(session: number, inputs: NamedTensors, outputs: readonly string[]): Promise<SessionResult> {
    return new Promise((resolve, reject) => {
      if (!this.#sessions.has(session)) return reject(sessionGone(this.#fault));
      const id = ++this.#lastNumber;
      const tensors = [...inputs].map(([name, { datatype, shape, data }]) => ({ name, datatype, shape, data }));
      this.#pending.set(id, { session, resolve, reject });
      try {
        this.#send({ kind: 'run', session, id, inputs: tensors, outputs }, transferList(tensors));
      } catch (error) {
        this.#pending.delete(id);
        reject(error);
      }
    });
  }

  /** The thread takes messages in order, so that it frees the session after its last call. */
  async #close(session: number, { ended }: SessionState): Promise<void> {
    if (this.#sessions.has(session)) this.#send({ kind: 'close', session });
    await ended.promise;
    if (this.#isEnding) await this.#exited.promise;
  }

  #take(message: FromThread): void {
    switch (message.kind) {
      case 'opened':
        return this.#sessions.get(message.session)?.opened.resolve();
      case 'refused':
        this.#sessions.get(message.session)?.opened.reject(errorFromMessage(message.error));
        return this.#remove(message.session);
      case 'closed':
        return this.#remove(message.session);
      case 'ran':
        return this.#answer(message.id)?.resolve({
          outputs: toTensors(message.outputs),
          computeMs: message.computeMs,
          cpuMs: message.cpuMs,
        });
      case 'failed':
        return this.#answer(message.id)?.reject(runError(errorFromMessage(message.error)));
    }
  }

  #answer(id: number): PendingCall | undefined {
    const call = this.#pending.get(id);
    this.#pending.delete(id);
    return call;
  }

  #remove(session: number): void {
    const state = this.#sessions.get(session);
    this.#sessions.delete(session);
    // Never `terminate()`: during a call it aborts the whole process.
    if (this.#sessions.size === 0 && !this.#isEnding) {
      this.#isEnding = true;
      this.#send({ kind: 'end' });
    }
    state?.ended.resolve();
  }

  /** The thread has ended, asked to or not. */
  #exit(): void {
    this.#isEnding = true;
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const { opened, ended } of sessions) {
      ended.resolve();
      opened.reject(this.#fault ?? new Error('The thread ended while it loaded the model.'));
    }
    for (const call of this.#pending.values()) call.reject(sessionGone(this.#fault));
    this.#pending.clear();
    this.#exited.resolve();
  }

  #send(message: ToThread, buffers: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, buffers);
  }
}
