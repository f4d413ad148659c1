/** Time as the sessions see it. Injected, so that tests move it by hand. */
export interface Timers {
  /** Milliseconds on a clock that never goes backwards. */
  now(): number;
  /** Calls back after so many milliseconds. @returns a function that calls it off. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The clock of the process. What waits for it does not keep the process alive. */
export const systemTimers: Timers = {
  now: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
