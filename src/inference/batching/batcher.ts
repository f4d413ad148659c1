import type { NamedTensors } from '../../tensors/tensor.ts';
import type { BatcherOptions, PredictedRow, PredictOptions } from './contract.ts';

/**
 * Merges the rows of concurrent predictions into calls of one served version. Long-lived: one for each version.
 */
export class Batcher {
  constructor(_options: BatcherOptions) {
    throw new Error('Under construction.');
  }

  /** Rows that wait for a call. */
  get queuedRows(): number {
    return 0;
  }

  /** How long it takes to work off the rows that wait now, in whole milliseconds, at least 1: an estimate from past calls. */
  get retryAfterMs(): number {
    return 1;
  }

  /**
   * Predicts one row. The row's tensors are copied before they are handed on, and stay the caller's.
   * @throws GatewayError with model and version: `OVERLOADED` (with `retryAfterMs`), `MODEL_UNAVAILABLE`,
   * `DEADLINE_EXCEEDED`, `CANCELLED`, `INFERENCE_FAILED`. Settles by the deadline at the latest.
   */
  predict(_row: NamedTensors, _options: PredictOptions): Promise<PredictedRow> {
    return Promise.reject(new Error('Under construction.'));
  }

  /**
   * Predicts a list of rows; the answer to row `i` is at index `i`, and a row that failed has its error there.
   * A list is taken whole or not at all.
   * @throws GatewayError where the whole list is refused: `OVERLOADED` when it does not fit into the queue now,
   * `BATCH_TOO_LARGE` when it is longer than the queue and never would, `MODEL_UNAVAILABLE` after `drain`.
   */
  predictMany(_rows: readonly NamedTensors[], _options: PredictOptions): Promise<(PredictedRow | Error)[]> {
    return Promise.reject(new Error('Under construction.'));
  }

  /**
   * Takes no more rows (`MODEL_UNAVAILABLE`) and settles when those that wait or run are answered and every call has
   * returned. Only then may the model be closed. Idempotent.
   */
  drain(): Promise<void> {
    return Promise.resolve();
  }
}
