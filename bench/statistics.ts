/** A figure over several runs: its middle and its spread. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly greatest: number;
}

/** @throws RangeError without values. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const least = sorted[0];
  const greatest = sorted.at(-1);
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  const high = sorted[Math.ceil((sorted.length - 1) / 2)];
  if (least === undefined || greatest === undefined || low === undefined || high === undefined) {
    throw new RangeError('There are no values to take the middle of.');
  }
  return { median: (low + high) / 2, least, greatest };
}

/**
 * The value that a share of the values does not exceed, by the nearest rank.
 * @param share from 0 to 1.
 */
export function percentile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
