import { Worker } from 'node:worker_threads';
import type { Tensor } from '../../tensors/tensor.ts';
import type { FromPixelThread, ToPixelThread } from './pixel-thread.ts';
import { amountOf, doPixelWork, type PixelWork } from './pixel-work.ts';

/** About half a millisecond; more is worth the way to another thread, and holds up everybody else here. */
const mostWorkHere = 300_000;

type Pending = PromiseWithResolvers<Tensor>;

/**
 * Does what little work there is at once, and the rest in a thread of its own. The thread starts with the first work for
 * it, since it takes some 20 MB, and does not keep the process alive.
 */
export class PixelWorker {
  #worker: Worker | null = null;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  async run(work: PixelWork): Promise<Tensor> {
    if (amountOf(work) <= mostWorkHere) return doPixelWork(work);
    const worker = (this.#worker ??= this.#start());
    const pending: Pending = Promise.withResolvers();
    const id = ++this.#lastId;
    this.#pending.set(id, pending);
    worker.ref();
    // What libvips gives cannot be transferred: it is copied once here, rather than twice on the way.
    const pixels = { ...work.pixels, data: new Uint8Array(work.pixels.data) };
    worker.postMessage({ id, work: { ...work, pixels } } satisfies ToPixelThread, [pixels.data.buffer]);
    return pending.promise;
  }

  /** Ends the thread; work that it has not done yet fails. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    // What the process was started with, such as a tracer to preload, is not for a thread that only computes.
    const worker = new Worker(new URL('./pixel-thread.ts', import.meta.url), { execArgv: [] });
    let fault: Error | undefined;
    worker.on('message', (message: FromPixelThread) => this.#take(message, worker));
    worker.once('error', (error: Error) => (fault = error));
    worker.once('exit', () => this.#exit(fault));
    return worker;
  }

  #take(message: FromPixelThread, worker: Worker): void {
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (this.#pending.size === 0) worker.unref();
    if (message.kind === 'done') pending?.resolve(message.tensor);
    else pending?.reject(message.error);
  }

  /** The thread has ended, asked to or not; the next work starts another one. */
  #exit(fault: Error | undefined): void {
    this.#worker = null;
    const lost = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of lost) reject(new Error('The thread of pixels ended.', { cause: fault }));
  }
}
