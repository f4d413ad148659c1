import { ChurningSet } from './churning-set.ts';
import type { Clock } from './clock.ts';
import { decideBatch } from './policy.ts';
import type { Portion, WaitingBatch } from './submission.ts';

export interface SchedulerOptions {
  readonly clock: Clock;
  readonly maxBatchSize: number;
  readonly maxDelayMs: number;
  /** How many more calls could start now. Asked anew after each dispatch, which is expected to use one. */
  readonly idleInstances: () => number;
  /** Takes a batch that goes. */
  readonly dispatch: (portions: readonly Portion[]) => void;
}

/**
 * Holds the batches that wait, oldest first, and lets each go when the policy says so. Every ear of the policy is
 * here: the end of a tick, a batch that is full, an instance that falls idle, the end of a delay.
 *
 * Only the newest batch can be incomplete: one that is full is closed at once, and waits for an instance as it is.
 */
export class BatchScheduler {
  readonly #options: SchedulerOptions;
  readonly #waiting = new ChurningSet<WaitingBatch>();
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

  /** How many rows may be put into the batch that is next. */
  get room(): number {
    return this.#options.maxBatchSize - (this.#newest?.rows ?? 0);
  }

  /** Takes a new batch. The `batchScheduleFn` of the DataLoader, which calls it before the first rows are in. */
  readonly open = (close: () => void): void => {
    const { clock } = this.#options;
    this.#newest = { rows: 0, liveRows: 0, openedAt: clock.now(), close, portions: null };
    this.#waiting.add(this.#newest);
    if (this.#tickAwaited) return;
    this.#tickAwaited = true;
    clock.endOfTick(() => {
      this.#tickAwaited = false;
      this.consider();
    });
  };

  /** To be called after a portion, of no more rows than there is room for, was put into the newest batch. */
  added(portion: Portion): void {
    const batch = this.#newest;
    if (batch === null) throw new Error('Rows were added before any batch was opened.');
    batch.rows += portion.rows;
    batch.liveRows += portion.rows;
    portion.batch = batch;
    if (this.room > 0) return;
    this.#close(batch);
    if (this.#options.idleInstances() > 0) this.consider();
  }

  /** To be called with what is in a batch when it is closed. */
  readonly collected = (portions: readonly Portion[]): void => {
    const batch = portions[0]?.batch;
    if (batch != null) batch.portions = portions;
  };

  /** To be called when rows no longer want an answer. A batch that all have left is discarded. */
  rowsLeft(batch: WaitingBatch, rows: number): void {
    batch.liveRows -= rows;
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
    const { clock, maxDelayMs, idleInstances } = this.#options;
    const now = clock.now();
    const decision = decideBatch({
      rows: batch.liveRows,
      full: batch.portions !== null,
      idleInstances: idleInstances(),
      oldestArrivalAt: batch.openedAt,
      now,
      maxDelayMs: this.#hurried ? 0 : maxDelayMs,
    });
    if (decision.kind === 'wait-until') this.#wakeAt(decision.at, now);
    if (decision.kind !== 'dispatch') return false;
    this.#waiting.delete(batch);
    if (this.#waiting.size === 0) this.#stopTimer();
    if (batch.portions === null) this.#close(batch);
    this.#options.dispatch(batch.portions ?? []);
    return true;
  }

  #close(batch: WaitingBatch): void {
    this.#newest = null;
    batch.close();
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
