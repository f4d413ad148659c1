import type { ErrorCode } from '../../errors.ts';
import { timeBuckets } from './buckets.ts';
import { addHistograms, countOf, quantile, type HistogramData } from './histogram.ts';
import type { Reading, Readings } from './readings.ts';
import type { MetricName } from './table.ts';

/** Times that were needed, in milliseconds. Percentiles are no less than the true ones, and less than 14.3 % more. */
export interface TimeStatistics {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** What a version, or all versions of a model, did in a while. */
export interface InferenceStatistics {
  readonly successes: number;
  /** Most frequent first. */
  readonly failures: readonly { readonly code: ErrorCode; readonly count: number }[];
  /** Rows that were computed. */
  readonly rows: number;
  readonly calls: number;
  /** Null where there were no calls. */
  readonly meanBatchSize: number | null;
  /** Null where there were none. */
  readonly queueMs: TimeStatistics | null;
  /** Null where there were no calls. */
  readonly computeMs: TimeStatistics | null;
}

const noTimes: HistogramData = { counts: [], sum: 0, max: 0 };

/** @param version null for all of them. */
export function statisticsOf(readings: Readings, model: string, version: number | null): InferenceStatistics {
  const meant = (name: MetricName) => seriesOf(readings, name, model, version);
  const inferences = countsOf(meant('inferql_inferences_total'));
  const batches = histogramOf(meant('inferql_inference_batch_rows'));
  const calls = countOf(batches);
  return {
    successes: inferences.get('success') ?? 0,
    failures: [...inferences]
      .filter(([outcome, count]) => outcome !== 'success' && count > 0)
      .map(([code, count]) => ({ code: code as ErrorCode, count }))
      .toSorted((a, b) => b.count - a.count),
    rows: batches.sum,
    calls,
    meanBatchSize: calls === 0 ? null : batches.sum / calls,
    queueMs: timesOf(histogramOf(meant('inferql_inference_queue_duration_seconds'))),
    computeMs: timesOf(histogramOf(meant('inferql_inference_compute_duration_seconds'))),
  };
}

/** What a gauge of a version, or of all versions of a model together, stands at. */
export function gaugeOf(readings: Readings, name: MetricName, model: string, version: number | null): number {
  return seriesOf(readings, name, model, version).reduce(
    (sum, [, value]) => sum + (typeof value === 'number' ? value : 0),
    0,
  );
}

function seriesOf(readings: Readings, name: MetricName, model: string, version: number | null): readonly Reading[] {
  return (readings[name] ?? []).filter(
    ([labels]) => labels[0] === model && (version === null || String(version) === labels[1]),
  );
}

/** By the last label. */
function countsOf(series: readonly Reading[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [labels, value] of series) {
    const name = labels.at(-1) ?? '';
    if (typeof value === 'number') counts.set(name, (counts.get(name) ?? 0) + value);
  }
  return counts;
}

function histogramOf(series: readonly Reading[]): HistogramData {
  return series.reduce((sum, [, value]) => (typeof value === 'object' ? addHistograms(sum, value) : sum), noTimes);
}

function timesOf(data: HistogramData): TimeStatistics | null {
  const count = countOf(data);
  if (count === 0) return null;
  const at = (share: number): number => quantile(timeBuckets, data, share) ?? 0;
  return { mean: data.sum / count, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: data.max };
}
