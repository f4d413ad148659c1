import { Worker } from 'node:worker_threads';

import type { NamedTensors } from '../../tensors/tensor.ts';
import { CallLost } from '../backend.ts';
import { CallWatch } from './call-watch.ts';
import { type FromThread, type SessionRequest, type ToThread, errorFromMessage, transferList } from './messages.ts';
import { runError } from './runtime-errors.ts';
import {
  CallNeverBegan,
  sessionGone,
  type SessionClient,
  type SessionEnd,
  type SessionResult,
  toTensors,
} from './session-client.ts';
import { systemTimers, type Timers } from './timers.ts';

interface PendingCall {
  readonly resolve: (result: SessionResult) => void;
  readonly reject: (error: Error) => void;
}

/** Something that the thread was told to do. It does one after the other, and answers each. */
interface Errand {
  readonly session: number;
  /** Null where it opens or closes the session. */
  readonly call: PendingCall | null;
}

/** What is known of a session that is open, or being opened. */
interface SessionState {
  readonly opened: PromiseWithResolvers<void>;
  readonly ended: PromiseWithResolvers<SessionEnd>;
  readonly stuckAfterMs: number | null;
}

/** What is needed of a worker thread. */
export type ThreadWorker = Pick<Worker, 'postMessage' | 'on' | 'once' | 'ref' | 'unref'>;

/** What a thread is made with; tests bring a puppet. */
export interface ThreadOptions {
  /** How long it waits for another session when its last one is closed. Meanwhile it keeps no process alive. @default 0 */
  readonly lingerMs?: number;
  readonly startWorker?: () => ThreadWorker;
  readonly timers?: Timers;
}

/**
 * The gateway's side of one worker thread, which holds sessions and runs one at a time. It starts with its first session
 * and ends by itself when its last one is closed, at once or a while later. A thread that stopped answering is left alone: it cannot be ended
 * without ending the process. It is told to go, and does when it returns at last.
 */
export class SessionThread {
  readonly #worker: ThreadWorker;
  readonly #sessions = new Map<number, SessionState>();
  /** The first is what the thread does now. */
  readonly #errands: Errand[] = [];
  readonly #exited = Promise.withResolvers<void>();
  readonly #watch: CallWatch;
  readonly #timers: Timers;
  readonly #lingerMs: number;
  /** Calls off the end of a thread that lingers. */
  #stay: (() => void) | null = null;
  #lastNumber = 0;
  #fault: Error | undefined;
  #isEnding = false;
  #isStuck = false;

  constructor({ startWorker = startThread, timers = systemTimers, lingerMs = 0 }: ThreadOptions = {}) {
    this.#worker = startWorker();
    this.#timers = timers;
    this.#lingerMs = lingerMs;
    this.#watch = new CallWatch(timers, () => this.#abandon());
    this.#worker.on('message', (message: FromThread) => this.#take(message));
    this.#worker.once('error', (error: Error) => (this.#fault = error));
    this.#worker.once('exit', () => this.#exit());
  }

  /** Whether sessions can still be opened: it has not ended, and does not end. */
  get isAlive(): boolean {
    return !this.#isEnding;
  }

  /**
   * Loads a model.
   * @param stuckAfterMs after how long in one call the thread counts as lost. @default never
   * @throws the runtime's own error when it refuses the model.
   */
  async open(request: SessionRequest, stuckAfterMs: number | null = null): Promise<SessionClient> {
    if (this.#isEnding) throw new Error('The thread has ended.');
    this.#stay?.();
    const number = ++this.#lastNumber;
    const state: SessionState = { opened: Promise.withResolvers(), ended: Promise.withResolvers(), stuckAfterMs };
    this.#sessions.set(number, state);
    this.#send({ kind: 'open', session: number, request }, { session: number, call: null });
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
      if (!this.#sessions.has(session)) return reject(neverBegan(this.#fault));
      const id = ++this.#lastNumber;
      const tensors = [...inputs].map(([name, { datatype, shape, data }]) => ({ name, datatype, shape, data }));
      // A call that waits for others keeps its inputs: when the thread is lost with one of them, it is made elsewhere.
      const buffers = this.#errands.length === 0 ? transferList(tensors) : [];
      try {
        const call = { resolve, reject };
        this.#send({ kind: 'run', session, id, inputs: tensors, outputs }, { session, call }, buffers);
      } catch (error) {
        reject(error);
      }
    });
  }

  /** The thread takes messages in order, so that it frees the session after its last call. */
  async #close(session: number, { ended }: SessionState): Promise<void> {
    if (this.#sessions.has(session)) this.#send({ kind: 'close', session }, { session, call: null });
    await ended.promise;
    if (this.#isEnding && !this.#isStuck) await this.#exited.promise;
  }

  /** Each message is the answer to the errand that the thread was on. */
  #take(message: FromThread): void {
    if (this.#isStuck) return;
    const call = this.#errands.shift()?.call;
    this.#look();
    switch (message.kind) {
      case 'opened':
        return this.#sessions.get(message.session)?.opened.resolve();
      case 'refused':
        this.#sessions.get(message.session)?.opened.reject(errorFromMessage(message.error));
        return this.#remove(message.session);
      case 'closed':
        return this.#remove(message.session);
      case 'ran':
        return call?.resolve({
          outputs: toTensors(message.outputs),
          computeMs: message.computeMs,
          cpuMs: message.cpuMs,
        });
      case 'failed':
        return call?.reject(runError(errorFromMessage(message.error)));
    }
  }

  #remove(session: number): void {
    const state = this.#sessions.get(session);
    this.#sessions.delete(session);
    if (this.#sessions.size === 0 && !this.#isEnding) this.#leave();
    state?.ended.resolve({ kind: 'closed' });
  }

  #leave(): void {
    if (this.#lingerMs === 0) return this.#end();
    const callOff = this.#timers.after(this.#lingerMs, () => this.#end());
    this.#worker.unref();
    this.#stay = () => {
      callOff();
      this.#stay = null;
      this.#worker.ref();
    };
  }

  /** Never `terminate()`: during a call it aborts the whole process. */
  #end(): void {
    this.#isEnding = true;
    this.#worker.postMessage({ kind: 'end' } satisfies ToThread);
  }

  /** Watches what the thread does now. */
  #look(): void {
    const current = this.#errands[0];
    if (current?.call == null) this.#watch.end();
    else this.#watch.begin(this.#sessions.get(current.session)?.stuckAfterMs ?? null);
  }

  /** The thread does not come back from its call. What it holds stays until it does. */
  #abandon(): void {
    const sessions = [...this.#sessions.keys()];
    this.#isEnding = true;
    this.#isStuck = true;
    this.#lose('stuck', new Error('A call did not return, long after its deadline.'));
    for (const session of sessions) this.#worker.postMessage({ kind: 'close', session } satisfies ToThread);
    this.#worker.postMessage({ kind: 'end' } satisfies ToThread);
  }

  /** The thread has ended, asked to or not. */
  #exit(): void {
    this.#stay?.();
    this.#isEnding = true;
    this.#watch.end();
    this.#exited.resolve();
    this.#lose('ended', this.#fault);
  }

  #lose(how: 'ended' | 'stuck', cause: Error | undefined): void {
    const sessions = [...this.#sessions];
    const [current, ...waiting] = this.#errands.splice(0);
    this.#sessions.clear();
    const gone = this.#exited.promise;
    for (const [number, { opened, ended }] of sessions) {
      const isOwn = current?.session === number || sessions.length === 1;
      const lostWith = isOwn ? 'this session' : current === undefined ? 'none' : 'another session';
      ended.resolve({ kind: 'lost', how, with: lostWith, cause, gone });
      opened.reject(cause ?? new Error('The thread ended while it loaded the model.'));
    }
    current?.call?.reject(new CallLost(cause));
    for (const { call } of waiting) call?.reject(neverBegan(cause));
  }

  #send(message: ToThread, errand: Errand, buffers: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, buffers);
    this.#errands.push(errand);
    if (this.#errands.length === 1) this.#look();
  }
}

function startThread(): Worker {
  return new Worker(new URL('./thread.ts', import.meta.url), {
    // What the process was started with, such as a tracer to preload, is not for a thread that only computes.
    execArgv: [],
  });
}

function neverBegan(cause: Error | undefined): CallNeverBegan {
  return new CallNeverBegan('The thread ended before the call began.', { cause });
}
