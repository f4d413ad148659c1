import type { Clock } from './clock.ts';
import { decideBatch } from './policy.ts';

/** A batch that fills or waits. */
export interface WaitingBatch {
  /** Rows put into it. */
  rows: number;
  /** Rows that still want an answer. */
  liveRows: number;
  readonly openedAt: number;
  readonly dispatch: () => void;
}

export interface SchedulerOptions {
  readonly clock: Clock;
  readonly maxBatchSize: number;
  readonly maxDelayMs: number;
  /** How many more calls could start now. Asked anew after each dispatch, which is expected to use one. */
  readonly idleInstances: () => number;
}

/**
 * Holds the batches that wait, oldest first, and lets each go when the policy says so. Every ear of the policy is
 * here: the end of a tick, a batch that is full, an instance that falls idle, the end of a delay.
 *
 * Only the newest batch can be incomplete: a new one is opened when the last is full or gone.
 */
export class BatchScheduler {
  readonly #options: SchedulerOptions;
  readonly #waiting = new Set<WaitingBatch>();
  #newest: WaitingBatch | null = null;
  #tickAwaited = false;
  #hurried = false;
  #timer: { readonly at: number; readonly cancel: () => void } | null = null;

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  /** Whether no batch waits. */
  get empty(): boolean {
    return this.#waiting.size === 0;
  }

  /** Takes a new batch. The `batchScheduleFn` of the DataLoader, which calls it before the first row is in. */
  readonly open = (dispatch: () => void): void => {
    const { clock } = this.#options;
    this.#newest = { rows: 0, liveRows: 0, openedAt: clock.now(), dispatch };
    this.#waiting.add(this.#newest);
    if (this.#tickAwaited) return;
    this.#tickAwaited = true;
    clock.endOfTick(() => {
      this.#tickAwaited = false;
      this.consider();
    });
  };

  /** To be called after each row that was put into the newest batch; tells the row which batch that is. */
  rowAdded(row: { batch: WaitingBatch | null }): void {
    const batch = this.#newest;
    if (batch === null) throw new Error('A row was added before any batch was opened.');
    batch.rows += 1;
    batch.liveRows += 1;
    row.batch = batch;
    if (batch.rows >= this.#options.maxBatchSize && this.#options.idleInstances() > 0) this.consider();
  }

  /** To be called when a row no longer wants an answer. A batch that all have left is discarded. */
  rowLeft(batch: WaitingBatch): void {
    batch.liveRows -= 1;
    if (batch.liveRows === 0 && this.#waiting.has(batch)) this.#decide(batch);
  }

  /** Dispatches what can go, oldest first. To be called whenever an instance falls idle. */
  consider(): void {
    for (const batch of this.#waiting) if (!this.#decide(batch)) return;
  }

  /** From now on no batch is held for company. */
  hurry(): void {
    this.#hurried = true;
    this.consider();
  }

  /** @returns whether the batch has gone. */
  #decide(batch: WaitingBatch): boolean {
    const { clock, maxBatchSize, maxDelayMs, idleInstances } = this.#options;
    const now = clock.now();
    const decision = decideBatch({
      rows: batch.liveRows,
      full: batch.rows >= maxBatchSize,
      idleInstances: idleInstances(),
      oldestArrivalAt: batch.openedAt,
      now,
      maxDelayMs: this.#hurried ? 0 : maxDelayMs,
    });
    if (decision.kind === 'wait-until') this.#wakeAt(decision.at, now);
    if (decision.kind !== 'dispatch') return false;
    this.#waiting.delete(batch);
    if (this.#waiting.size === 0) this.#stopTimer();
    batch.dispatch();
    return true;
  }

  #wakeAt(at: number, now: number): void {
    if (this.#timer?.at === at) return;
    this.#stopTimer();
    const cancel = this.#options.clock.after(at - now, () => {
      this.#timer = null;
      this.consider();
    });
    this.#timer = { at, cancel };
  }

  #stopTimer(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }
}
