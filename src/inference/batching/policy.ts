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

/** Least and greatest time after which a tick counts as long. */
const longTickMs = { least: 1, greatest: 5 } as const;

/**
 * After how long a tick is cut, so that an idle instance takes what is there between two requests of the tick instead of
 * at its end. Under load a tick is long: it reads dozens of requests, and an instance that waited for all of them would
 * idle meanwhile, and the event loop during the call. Half a call's time makes two groups of like size, which then take
 * turns: one is computed while the other is read and answered.
 * @param computeMs what the last call took.
 */
export function cutTickAfterMs(computeMs: number): number {
  return Math.min(longTickMs.greatest, Math.max(longTickMs.least, computeMs / 2));
}
