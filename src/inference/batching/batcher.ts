import type DataLoader from 'dataloader';
import { countRows, type RowBlock, sliceBlock } from '../../tensors/row-block.ts';
import { Admission } from './admission.ts';
import { Cancellations } from './cancellations.ts';
import { CallPlanner } from './call-planner.ts';
import type { BatcherOptions, PredictOptions, RowAnswers } from './contract.ts';
import { Deadlines } from './deadlines.ts';
import { Failures } from './failures.ts';
import { createLoader } from './loader.ts';
import { CallRunner } from './runner.ts';
import { BatchScheduler } from './scheduler.ts';
import { addPortion, createSubmission, type Portion, type Submission, type TakeAnswer } from './submission.ts';

/** What an answered portion holds instead of its rows. */
const noRows: RowBlock = { rows: 0, columns: new Map() };

/**
 * Merges the rows of concurrent predictions into calls of one served version. Long-lived: one for each version.
 *
 * Rows are admitted, put into batches by the DataLoader, as many together as a batch has room for, let go by the scheduler,
 * and called by the runner; whatever answers them first, result, failure, deadline or cancellation, answers them for good.
 * First come, first served: the rows of a long list go ahead of those that come after it.
 */
export class Batcher {
  readonly #options: BatcherOptions;
  readonly #failures: Failures;
  readonly #admission: Admission;
  readonly #scheduler: BatchScheduler;
  readonly #loader: DataLoader<Portion, Portion>;
  readonly #planner: CallPlanner;
  readonly #runner: CallRunner;
  readonly #deadlines: Deadlines;
  readonly #cancellations: Cancellations;
  #drained: PromiseWithResolvers<void> | null = null;

  constructor(options: BatcherOptions) {
    const { model, axis, maxQueueRows, maxDelayMs, clock } = options;
    const maxBatchSize = axis.kind === 'dynamic' ? options.maxBatchSize : 1;
    this.#options = options;
    this.#failures = new Failures(options.identity);
    this.#admission = new Admission({
      maxQueueRows,
      rowsPerCall: maxBatchSize,
      instances: model.instances,
      failures: this.#failures,
      running: () => this.#runner.running,
    });
    this.#planner = new CallPlanner(options.padding, options.maxBatchTokens);
    this.#runner = new CallRunner(options, this.#failures, {
      answer: (portion, answer) => this.#answer(portion, answer),
      expire: (submission) => this.#expire(submission),
      leaveQueue: ({ submission, rows }) => this.#admission.release(rows, submission.options.caller),
      callEnded: (rows, milliseconds, positions) => this.#callEnded(rows, milliseconds, positions),
      callAnswered: () => this.#settleDrain(),
    });
    this.#scheduler = new BatchScheduler({
      clock,
      maxBatchSize,
      maxDelayMs,
      idleInstances: () => this.#runner.idleInstances,
      dispatch: (portions) => this.#runner.add(this.#planner.plan(portions)),
    });
    this.#loader = createLoader({ schedule: this.#scheduler.open, collected: this.#scheduler.collected });
    this.#deadlines = new Deadlines(clock, (submission) => this.#expire(submission));
    this.#cancellations = new Cancellations((submission) => this.#cancel(submission));
  }

  /** Rows that wait for their first call. */
  get queuedRows(): number {
    return this.#admission.queuedRows;
  }

  /** Calls that run. */
  get busyInstances(): number {
    return this.#runner.busyInstances;
  }

  /** How long it takes to work off the rows that wait now, in whole milliseconds, at least 1: an estimate from past calls. */
  get retryAfterMs(): number {
    return this.#admission.retryAfterMs;
  }

  /**
   * To be asked before anything is made of the items of a list.
   * @throws GatewayError `BATCH_TOO_LARGE` for more rows than can ever wait.
   */
  requireRoom(rows: number): void {
    const { maxQueueRows } = this.#options;
    if (rows > maxQueueRows) throw this.#failures.tooManyRows(rows, maxQueueRows);
  }

  /**
   * Predicts rows, which are taken whole or not at all. They are copied before they are handed on, and stay the caller's,
   * unless it gives them away.
   * @param take told of each answer as soon as the call with its rows returned, so that the outputs of a long list need not
   * be kept until the last. Errors are GatewayErrors with model and version: `DEADLINE_EXCEEDED`, `CANCELLED`,
   * `INFERENCE_FAILED`, `MODEL_UNAVAILABLE`. Must not throw.
   * @returns when each row has its answer, by the deadline at the latest.
   * @throws GatewayError where all rows are refused on arrival: `OVERLOADED` (with `retryAfterMs`) when they do not fit
   * into the queue now, `BATCH_TOO_LARGE` when they are more than the queue and never would, `MODEL_UNAVAILABLE` after
   * `drain`, `CANCELLED` or `DEADLINE_EXCEEDED` when they came too late.
   */
  predict(blocks: readonly RowBlock[], options: PredictOptions, take: TakeAnswer): Promise<void> {
    const rows = countRows(blocks);
    if (rows === 0) return Promise.resolve();
    return new Promise((resolve) => this.#submit(blocks, rows, options, take, resolve));
  }

  /**
   * Takes no more rows (`MODEL_UNAVAILABLE`) and settles when those that wait or run are answered and every call has
   * returned. Only then may the model be closed. Idempotent.
   */
  drain(): Promise<void> {
    if (this.#drained === null) {
      this.#drained = Promise.withResolvers();
      this.#scheduler.hurry();
      this.#settleDrain();
    }
    return this.#drained.promise;
  }

  /** @throws GatewayError when the rows are refused; then `resolve` is not called. */
  #submit(
    blocks: readonly RowBlock[],
    rows: number,
    options: PredictOptions,
    take: TakeAnswer,
    resolve: () => void,
  ): void {
    const arrivedAt = this.#options.clock.now();
    if (this.#drained !== null) throw this.#failures.draining();
    if (options.signal?.aborted === true) throw this.#failures.cancelled();
    if (options.deadlineAt <= arrivedAt) {
      const moments = { requestedAt: options.requestedAt ?? arrivedAt, arrivedAt, calledAt: null };
      throw this.#failures.deadlineExceeded(moments, arrivedAt);
    }
    const { deadlineAt, caller } = options;
    this.#admission.admit({ rows, now: arrivedAt, deadlineAt, caller });
    const submission = createSubmission(rows, options, arrivedAt, take, resolve);
    options.spans?.queued(arrivedAt, rows);
    this.#deadlines.add(submission);
    this.#cancellations.add(submission);
    let first = 0;
    for (const block of blocks) {
      for (let start = 0; start < block.rows;) {
        // Rows that may be filled up are put into calls by their lengths, one by one.
        const room = this.#options.padding === null ? this.#scheduler.room : 1;
        const part = Math.min(room, block.rows - start);
        this.#enqueue(addPortion(submission, first + start, sliceBlock(block, start, part)));
        start += part;
      }
      first += block.rows;
    }
  }

  #enqueue(portion: Portion): void {
    void this.#loader.load(portion);
    this.#scheduler.added(portion);
  }

  /** The one place where rows get their answer; only the first counts. */
  #answer(portion: Portion, answer: RowAnswers | Error): void {
    if (portion.answered) return;
    portion.answered = true;
    portion.block = noRows;
    const { submission, first, rows } = portion;
    if (portion.calledAt === null) {
      this.#admission.release(rows, submission.options.caller);
      if (portion.batch !== null) this.#scheduler.rowsLeft(portion.batch, rows);
    }
    submission.take(answer, first, rows);
    submission.remaining -= rows;
    if (submission.remaining > 0) return;
    this.#deadlines.delete(submission);
    this.#cancellations.delete(submission);
    submission.resolve();
  }

  #cancel(submission: Submission): void {
    const failure = this.#failures.cancelled();
    for (const portion of submission.portions) this.#answer(portion, failure);
  }

  #expire(submission: Submission): void {
    const now = this.#options.clock.now();
    const { arrivedAt, options } = submission;
    const requestedAt = options.requestedAt ?? arrivedAt;
    // The rows of one call share their error: a stack for each of thousands would cost more than the predictions.
    const failures = new Map<number | null, Error>();
    for (const portion of submission.portions) {
      if (portion.answered) continue;
      const { calledAt } = portion;
      const failure =
        failures.get(calledAt) ?? this.#failures.deadlineExceeded({ requestedAt, arrivedAt, calledAt }, now);
      failures.set(calledAt, failure);
      this.#answer(portion, failure);
    }
  }

  #callEnded(rows: number, milliseconds: number, positions: number | null): void {
    if (positions !== null) {
      this.#admission.callTook(milliseconds, rows);
      this.#planner.callTook(positions, milliseconds);
    }
    this.#scheduler.consider();
  }

  #settleDrain(): void {
    if (this.#drained === null || !this.#scheduler.empty || !this.#runner.idle) return;
    this.#deadlines.stop();
    this.#drained.resolve();
  }
}
