import DataLoader from 'dataloader';
import type { Portion } from './submission.ts';

export interface LoaderOptions {
  /** Takes each new batch before its first rows are in, and calls back once when no more may come into it. */
  readonly schedule: (close: () => void) => void;
  /** Takes what is in a batch, within the call that closes it. */
  readonly collected: (portions: readonly Portion[]) => void;
}

/**
 * The DataLoader that collects rows into batches. A key is a portion, as many rows of one caller as go together: a promise
 * for each row of a list would cost more than the row. How much is in a batch is therefore counted by whoever closes it.
 *
 * Its promise only says that a portion has left with its batch: the answer does not come back through it, because a
 * DataLoader settles all of a batch at once, and a row must wait neither for other shapes in its batch, nor for the halves
 * of a failed call, nor past its deadline for a call that does not return.
 */
export function createLoader({ schedule, collected }: LoaderOptions): DataLoader<Portion, Portion> {
  return new DataLoader<Portion, Portion>(
    (portions) => {
      collected(portions);
      return Promise.resolve(portions);
    },
    { cache: false, batchScheduleFn: schedule },
  );
}
