/** A call that has not returned yet. */
export interface RunningCall {
  readonly rows: number;
  readonly startedAt: number;
}

/** What is ahead of rows that have just come, and themselves. */
export interface Waiting {
  readonly now: number;
  /** Rows that wait, with those that have just come. */
  readonly rows: number;
  readonly rowsPerCall: number;
  readonly instances: number;
  readonly running: Iterable<RunningCall>;
}

/**
 * When the last of the rows that wait will be answered at the earliest: calls are full, one follows the other without a
 * pause, and a call that takes longer than expected ends now. What is refused by it could not have been answered in time,
 * if calls go on to cost what they have cost.
 * @param millisecondsOf what a call of so many rows is expected to take.
 */
export function earliestEnd(
  { now, rows, rowsPerCall, instances, running }: Waiting,
  millisecondsOf: (rows: number) => number,
): number {
  const freeAt = Array.from(running, (call) => Math.max(now, call.startedAt + millisecondsOf(call.rows)));
  while (freeAt.length < instances) freeAt.push(now);
  freeAt.sort((one, other) => one - other);
  const callsBefore = Math.ceil(rows / rowsPerCall) - 1;
  const rounds = Math.floor(callsBefore / instances);
  const lastFreeAt = freeAt[callsBefore % instances] ?? now;
  return lastFreeAt + rounds * millisecondsOf(rowsPerCall) + millisecondsOf(rows - callsBefore * rowsPerCall);
}
