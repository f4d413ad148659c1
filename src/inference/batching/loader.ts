import DataLoader from 'dataloader';
import type { PendingRow } from './submission.ts';

export interface LoaderOptions {
  readonly maxBatchSize: number;
  /** Takes each new batch before its first row is in, and calls back once when it may go. */
  readonly schedule: (dispatch: () => void) => void;
  /** Takes the rows of a batch that goes. */
  readonly run: (rows: readonly PendingRow[]) => void;
}

/**
 * The DataLoader that collects rows into batches. Its promise only says that a row has gone into its batch: the result
 * does not come back through it, because a DataLoader settles all of a batch at once, and a row must wait neither for
 * other shapes in its batch, nor for the halves of a failed call, nor past its deadline for a call that does not return.
 */
export function createLoader(options: LoaderOptions): DataLoader<PendingRow, PendingRow> {
  const { maxBatchSize, schedule, run } = options;
  return new DataLoader<PendingRow, PendingRow>(
    (rows) => {
      run(rows);
      return Promise.resolve(rows);
    },
    { cache: false, maxBatchSize, batchScheduleFn: schedule },
  );
}
