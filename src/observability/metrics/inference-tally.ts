import type { ErrorCode } from '../../errors.ts';
import { rowBuckets, timeBuckets } from './buckets.ts';
import { Histogram } from './histogram.ts';
import { Outcomes } from './outcomes.ts';
import type { Readings } from './readings.ts';

/** What became of a row. */
export type InferenceOutcome = 'success' | ErrorCode;

/** What became of a call of the runtime. */
export type CallOutcome = 'succeeded' | 'failed' | 'unavailable';

/** What one version did in a while. */
export class InferenceTally {
  readonly inferences = new Outcomes<InferenceOutcome>(['success']);
  readonly calls = new Outcomes<CallOutcome>(['succeeded', 'failed', 'unavailable']);
  readonly batchRows = new Histogram(rowBuckets);
  readonly queue = new Histogram(timeBuckets);
  readonly compute = new Histogram(timeBuckets);

  add(other: InferenceTally): void {
    this.inferences.add(other.inferences);
    this.calls.add(other.calls);
    this.batchRows.add(other.batchRows);
    this.queue.add(other.queue);
    this.compute.add(other.compute);
  }

  clear(): void {
    this.inferences.clear();
    this.calls.clear();
    this.batchRows.clear();
    this.queue.clear();
    this.compute.clear();
  }

  /** @param labels model and version. */
  readings(labels: readonly [model: string, version: string]): Readings {
    return {
      inferql_inferences_total: this.inferences.entries.map(([name, count]) => [[...labels, name], count]),
      inferql_inference_calls_total: this.calls.entries.map(([name, count]) => [[...labels, name], count]),
      inferql_inference_batch_rows: [[labels, this.batchRows.data]],
      inferql_inference_queue_duration_seconds: [[labels, this.queue.data]],
      inferql_inference_compute_duration_seconds: [[labels, this.compute.data]],
    };
  }
}
