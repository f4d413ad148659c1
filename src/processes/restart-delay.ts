const shortestDelayMs = 100;
const longestDelayMs = 10_000;

/** A process that was ready for as long did not end for what it was started with. */
const soundAfterMs = 30_000;

/**
 * How long to wait before a process that ended is started again, in milliseconds: twice as long each time, so that one
 * that cannot live does not take the others' CPUs.
 * @param lastDelayMs how long was waited before it was started; null the first time.
 * @param readyForMs how long it was ready; null when it never was.
 */
export function nextRestartDelay(lastDelayMs: number | null, readyForMs: number | null): number {
  if (lastDelayMs === null || (readyForMs ?? 0) >= soundAfterMs) return shortestDelayMs;
  return Math.min(2 * lastDelayMs, longestDelayMs);
}
