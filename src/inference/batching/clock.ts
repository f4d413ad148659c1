/** Time as batching sees it. Injected, so that tests move it by hand. */
export interface Clock {
  /** Milliseconds on a clock that never goes backwards. Deadlines are points on it. */
  now(): number;
  /** Calls back once everything that the event loop has at hand was read: requests of one poll phase fall together. */
  endOfTick(callback: () => void): void;
  /** Calls back after so many milliseconds, or earlier, never long after. @returns a function that calls it off. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The longest delay that `setTimeout` takes; a longer one would fire at once. */
const longestDelayMs = 2 ** 31 - 1;

/** The clock of the process; its `now()` is `performance.now()`. */
export const systemClock: Clock = {
  now: () => performance.now(),
  endOfTick: (callback) => {
    setImmediate(callback);
  },
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, Math.min(Math.ceil(delayMs), longestDelayMs));
    return () => clearTimeout(timer);
  },
};
