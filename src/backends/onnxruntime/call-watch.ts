import type { Timers } from './timers.ts';

/** How often is looked. */
const tickMs = 1000;

/**
 * Notices a call that does not return. It counts its own ticks: a process that was suspended, or so busy that it read no
 * message, counts one, and does not take every call for stuck. One timer serves all calls, and stops when there is none.
 */
export class CallWatch {
  readonly #timers: Timers;
  readonly #onStuck: () => void;
  #limitMs: number | null = null;
  #ticks = 0;
  #isTicking = false;

  constructor(timers: Timers, onStuck: () => void) {
    this.#timers = timers;
    this.#onStuck = onStuck;
  }

  /** A call has begun. @param limitMs after how long it is taken for stuck; null to let it run. */
  begin(limitMs: number | null): void {
    this.#limitMs = limitMs;
    this.#ticks = 0;
    if (limitMs !== null && !this.#isTicking) this.#wait();
  }

  /** No call runs. */
  end(): void {
    this.#limitMs = null;
  }

  #wait(): void {
    this.#isTicking = true;
    this.#timers.after(tickMs, () => this.#tick());
  }

  #tick(): void {
    this.#isTicking = false;
    if (this.#limitMs === null) return;
    this.#ticks += 1;
    // The first tick may have come right after the call began.
    if ((this.#ticks - 1) * tickMs < this.#limitMs) return this.#wait();
    this.#limitMs = null;
    this.#onStuck();
  }
}
