import type { Buckets } from './buckets.ts';

/** What a histogram counted, as it passes between processes. */
export interface HistogramData {
  /** How many values were in each class, from the least on; classes at the end that are empty are left out. */
  readonly counts: readonly number[];
  readonly sum: number;
  /** The greatest value; 0 where there was none. */
  readonly max: number;
}

/** Counts values by classes. Cheap to keep, and sums of histograms are histograms. */
export class Histogram {
  readonly #buckets: Buckets;
  readonly #counts: Float64Array;
  #sum = 0;
  #max = 0;

  constructor(buckets: Buckets) {
    this.#buckets = buckets;
    this.#counts = new Float64Array(buckets.bounds.length + 1);
  }

  /** @param times how many values are equal to this one. */
  observe(value: number, times = 1): void {
    const place = this.#buckets.place(value);
    this.#counts[place] = (this.#counts[place] ?? 0) + times;
    this.#sum += value * times;
    if (value > this.#max) this.#max = value;
  }

  /** Takes in what another histogram with the same classes has counted. */
  add(other: Histogram): void {
    for (const [place, count] of other.#counts.entries()) {
      if (count > 0) this.#counts[place] = (this.#counts[place] ?? 0) + count;
    }
    this.#sum += other.#sum;
    this.#max = Math.max(this.#max, other.#max);
  }

  clear(): void {
    this.#counts.fill(0);
    this.#sum = 0;
    this.#max = 0;
  }

  get data(): HistogramData {
    const used = this.#counts.findLastIndex((count) => count > 0) + 1;
    return { counts: [...this.#counts.subarray(0, used)], sum: this.#sum, max: this.#max };
  }
}

/** The sum of what two histograms with the same classes counted. */
export function addHistograms(one: HistogramData, other: HistogramData): HistogramData {
  const length = Math.max(one.counts.length, other.counts.length);
  return {
    counts: Array.from({ length }, (_, place) => (one.counts[place] ?? 0) + (other.counts[place] ?? 0)),
    sum: one.sum + other.sum,
    max: Math.max(one.max, other.max),
  };
}

/** How many values a histogram has counted. */
export function countOf({ counts }: HistogramData): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * A value that is no less than the given share of all values: the bound of the class in which the true one is, or the
 * greatest value of all where that is less.
 * @param share from 0 to 1, such as 0.99.
 * @returns null where there are no values.
 */
export function quantile({ bounds }: Buckets, data: HistogramData, share: number): number | null {
  const count = countOf(data);
  if (count === 0) return null;
  const rank = Math.max(1, Math.ceil(share * count));
  let seen = 0;
  const place = data.counts.findIndex((each) => (seen += each) >= rank);
  return Math.min(bounds[place] ?? data.max, data.max);
}
