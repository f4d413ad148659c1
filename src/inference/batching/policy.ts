/** What the policy may know of a batch and of the instances that could take it. */
export interface BatchSnapshot {
  /** Rows of the batch that still want an answer; 0 when all of them have left. */
  readonly rows: number;
  /** Whether the batch can take no more rows. */
  readonly full: boolean;
  /** Instances that have nothing to do. */
  readonly idleInstances: number;
  /** When the oldest row of the batch came, in milliseconds on the batcher's clock. */
  readonly oldestArrivalAt: number;
  readonly now: number;
  /** How long an incomplete batch may be held for company. */
  readonly maxDelayMs: number;
}

export type BatchDecision =
  | { readonly kind: 'dispatch' }
  | { readonly kind: 'wait-until'; readonly at: number }
  | { readonly kind: 'wait-for-instance' };

const dispatch: BatchDecision = { kind: 'dispatch' };
const waitForInstance: BatchDecision = { kind: 'wait-for-instance' };

/**
 * Decides what happens to a batch at the end of a tick, when it fills up, or when an instance falls idle.
 *
 * Busy instances are what makes batches large: whatever comes while all of them work goes into the next call, so that
 * batches grow with the load and a lone request waits for nobody. A delay only pays where calls of one row cost nearly
 * as much as calls of many, and the load is too low to keep the instances busy; hence it is 0 unless the manifest asks.
 */
export function decideBatch(batch: BatchSnapshot): BatchDecision {
  // An abandoned batch costs no call; kept, its rows would pile up behind an instance that is slow.
  if (batch.rows === 0) return dispatch;
  if (batch.idleInstances === 0) return waitForInstance;
  if (batch.full) return dispatch;
  const holdUntil = batch.oldestArrivalAt + batch.maxDelayMs;
  return batch.now >= holdUntil ? dispatch : { kind: 'wait-until', at: holdUntil };
}
