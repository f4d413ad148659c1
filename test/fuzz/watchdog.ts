import { Worker } from 'node:worker_threads';
import fc from 'fast-check';

/** What the thread is told before each case, and null when there is none. */
export type WatchdogMessage = string | null;

/**
 * Ends the process when a case does not come back, not even to the event loop, where no timer could tell. It says which
 * case it was.
 */
export class Watchdog {
  readonly #worker: Worker;

  /** @param limitMs how long a case may take. */
  constructor(limitMs: number) {
    this.#worker = new Worker(new URL('watchdog-thread.ts', import.meta.url), { workerData: limitMs, execArgv: [] });
    this.#worker.unref();
  }

  begin(target: string, each: unknown): void {
    this.#tell(`${target}: ${fc.stringify(each)}`);
  }

  end(): void {
    this.#tell(null);
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #tell(message: WatchdogMessage): void {
    this.#worker.postMessage(message);
  }
}
