/** Time as a burst sees it. Injected, so that tests move it by hand. */
export interface BurstClock {
  /** Milliseconds on a clock that never goes backwards. */
  now(): number;
  /** Calls back after so many milliseconds. @returns a function that calls it off. */
  after(delayMs: number, callback: () => void): () => void;
}

/** A pause of this length ends a burst. */
const pauseMs = 50;
/** A burst that does not end is told of this often. */
const longestMs = 500;

/** Makes one call of many: copying a file alone is some hundred events. */
export class Burst {
  readonly #clock: BurstClock;
  readonly #call: () => void;
  #startedAt: number | null = null;
  #cancel: () => void = () => undefined;

  constructor(clock: BurstClock, call: () => void) {
    this.#clock = clock;
    this.#call = call;
  }

  /** Has the call made when nothing is added for a while, and anyway from time to time. */
  add(): void {
    const now = this.#clock.now();
    this.#startedAt ??= now;
    this.#cancel();
    const dueAt = Math.min(now + pauseMs, this.#startedAt + longestMs);
    this.#cancel = this.#clock.after(Math.max(0, dueAt - now), () => {
      this.#startedAt = null;
      this.#call();
    });
  }

  /** Calls off what was not yet called. */
  cancel(): void {
    this.#cancel();
    this.#startedAt = null;
  }
}
