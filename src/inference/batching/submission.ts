import type { NamedTensors } from '../../tensors/tensor.ts';
import type { PredictedRow, PredictOptions } from './contract.ts';
import type { WaitingBatch } from './scheduler.ts';

/** One row on its way through the batcher. */
export interface PendingRow {
  readonly submission: Submission;
  /** Its place in the caller's list. */
  readonly index: number;
  /** Emptied as soon as the row is answered, because its batch may be kept much longer. */
  tensors: NamedTensors;
  /** The batch that it was put into; null only while it is put there. */
  batch: WaitingBatch | null;
  /** When the last call with this row started; null while it waits for its first. */
  calledAt: number | null;
  answered: boolean;
}

/**
 * The rows that came with one `predict` or `predictMany`. Deadline, signal and promise are kept once for all of them,
 * so that a row of a list of thousands costs no more than a row of ten.
 */
export interface Submission {
  readonly options: PredictOptions;
  readonly arrivedAt: number;
  readonly rows: readonly PendingRow[];
  readonly results: unknown[];
  /** Makes the result of what the model answered, in the turn in which it does. Must not throw. */
  readonly finish: (answer: PredictedRow, index: number) => unknown;
  /** Rows without a result. */
  remaining: number;
  readonly resolve: (results: unknown[]) => void;
}

/** @param resolve called once, when each row has its result. */
export function createSubmission(
  rows: readonly NamedTensors[],
  options: PredictOptions,
  arrivedAt: number,
  finish: Submission['finish'],
  resolve: Submission['resolve'],
): Submission {
  const pending: PendingRow[] = [];
  const submission: Submission = {
    options,
    arrivedAt,
    rows: pending,
    results: Array<unknown>(rows.length),
    finish,
    remaining: rows.length,
    resolve,
  };
  for (const tensors of rows) {
    pending.push({ submission, index: pending.length, tensors, batch: null, calledAt: null, answered: false });
  }
  return submission;
}
