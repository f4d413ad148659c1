import type DataLoader from 'dataloader';
import type { NamedTensors } from '../../tensors/tensor.ts';
import { Admission } from './admission.ts';
import { Cancellations } from './cancellations.ts';
import { CallPlanner } from './call-planner.ts';
import type { BatcherOptions, PredictedRow, PredictOptions } from './contract.ts';
import { Deadlines } from './deadlines.ts';
import { Failures } from './failures.ts';
import { createLoader } from './loader.ts';
import { CallRunner } from './runner.ts';
import { BatchScheduler } from './scheduler.ts';
import { createSubmission, type PendingRow, type Submission } from './submission.ts';

/** What an answered row holds instead of its tensors. */
const noTensors: NamedTensors = new Map();

/**
 * Merges the rows of concurrent predictions into calls of one served version. Long-lived: one for each version.
 *
 * A row is admitted, put into a batch by the DataLoader, let go by the scheduler, and called by the runner; whatever
 * answers it first, result, failure, deadline or cancellation, answers it for good. First come, first served: the rows
 * of a long list go ahead of those that come after it.
 */
export class Batcher {
  readonly #options: BatcherOptions;
  readonly #failures: Failures;
  readonly #admission: Admission;
  readonly #scheduler: BatchScheduler;
  readonly #loader: DataLoader<PendingRow, PendingRow>;
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
      answer: (row, result) => this.#answer(row, result),
      expire: (submission) => this.#expire(submission),
      leaveQueue: ({ submission }) => this.#admission.release(submission.options.caller),
      callEnded: (rows, milliseconds, positions) => this.#callEnded(rows, milliseconds, positions),
      callAnswered: () => this.#settleDrain(),
    });
    this.#scheduler = new BatchScheduler({
      clock,
      maxBatchSize,
      maxDelayMs,
      idleInstances: () => this.#runner.idleInstances,
    });
    this.#loader = createLoader({
      maxBatchSize,
      schedule: this.#scheduler.open,
      run: (rows) => this.#runner.add(this.#planner.plan(rows)),
    });
    this.#deadlines = new Deadlines(clock, (submission) => this.#expire(submission));
    this.#cancellations = new Cancellations((submission) => this.#cancel(submission));
  }

  /** Rows that wait for their first call. */
  get queuedRows(): number {
    return this.#admission.queuedRows;
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
   * Predicts one row. The row's tensors are copied before they are handed on, and stay the caller's.
   * @throws GatewayError with model and version: `OVERLOADED` (with `retryAfterMs`), `MODEL_UNAVAILABLE`,
   * `DEADLINE_EXCEEDED`, `CANCELLED`, `INFERENCE_FAILED`. Settles by the deadline at the latest.
   */
  predict(row: NamedTensors, options: PredictOptions): Promise<PredictedRow> {
    return new Promise((resolve, reject) => {
      this.#submit([row], options, asAnswered, ([result]) => {
        if (result === undefined || result instanceof Error) reject(result);
        else resolve(result as PredictedRow);
      });
    });
  }

  /**
   * Predicts a list of rows; the answer to row `i` is at index `i`, and a row that failed has its error there.
   * A list is taken whole or not at all.
   * @param finish makes a result of each answer as soon as its call returned, so that the outputs of a long list need
   * not be kept until the last. Must not throw. @default the answer itself
   * @throws GatewayError where the whole list is refused on arrival: `OVERLOADED` when it does not fit into the queue
   * now, `BATCH_TOO_LARGE` when it is longer than the queue and never would, `MODEL_UNAVAILABLE` after `drain`,
   * `CANCELLED` or `DEADLINE_EXCEEDED` when it came too late.
   */
  predictMany<Result = PredictedRow>(
    rows: readonly NamedTensors[],
    options: PredictOptions,
    finish: (answer: PredictedRow, index: number) => Result | Error = asAnswered as (answer: PredictedRow) => Result,
  ): Promise<(Result | Error)[]> {
    if (rows.length === 0) return Promise.resolve([]);
    return new Promise((resolve) => {
      this.#submit(rows, options, finish, (results) => resolve(results as (Result | Error)[]));
    });
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
    rows: readonly NamedTensors[],
    options: PredictOptions,
    finish: Submission['finish'],
    resolve: Submission['resolve'],
  ): void {
    const arrivedAt = this.#options.clock.now();
    if (this.#drained !== null) throw this.#failures.draining();
    if (options.signal?.aborted === true) throw this.#failures.cancelled();
    if (options.deadlineAt <= arrivedAt) {
      const moments = { requestedAt: options.requestedAt ?? arrivedAt, arrivedAt, calledAt: null };
      throw this.#failures.deadlineExceeded(moments, arrivedAt);
    }
    const { deadlineAt, caller } = options;
    this.#admission.admit({ rows: rows.length, now: arrivedAt, deadlineAt, caller });
    const submission = createSubmission(rows, options, arrivedAt, finish, resolve);
    this.#deadlines.add(submission);
    this.#cancellations.add(submission);
    for (const row of submission.rows) {
      void this.#loader.load(row);
      this.#scheduler.rowAdded(row);
    }
  }

  /** The one place where a row gets its result; only the first counts. */
  #answer(row: PendingRow, result: PredictedRow | Error): void {
    if (row.answered) return;
    row.answered = true;
    row.tensors = noTensors;
    if (row.calledAt === null) {
      this.#admission.release(row.submission.options.caller);
      if (row.batch !== null) this.#scheduler.rowLeft(row.batch);
    }
    const { submission } = row;
    submission.results[row.index] = result instanceof Error ? result : submission.finish(result, row.index);
    submission.remaining -= 1;
    if (submission.remaining > 0) return;
    this.#deadlines.delete(submission);
    this.#cancellations.delete(submission);
    submission.resolve(submission.results);
  }

  #cancel(submission: Submission): void {
    const failure = this.#failures.cancelled();
    for (const row of submission.rows) this.#answer(row, failure);
  }

  #expire(submission: Submission): void {
    const now = this.#options.clock.now();
    const { arrivedAt, options } = submission;
    const requestedAt = options.requestedAt ?? arrivedAt;
    // The rows of one call share their error: a stack for each of thousands would cost more than the predictions.
    const failures = new Map<number | null, Error>();
    for (const row of submission.rows) {
      if (row.answered) continue;
      const failure =
        failures.get(row.calledAt) ??
        this.#failures.deadlineExceeded({ requestedAt, arrivedAt, calledAt: row.calledAt }, now);
      failures.set(row.calledAt, failure);
      this.#answer(row, failure);
    }
  }

  #callEnded(rows: number, milliseconds: number, positions: number | null): void {
    this.#admission.callTook(milliseconds, positions === null ? null : rows);
    if (positions !== null) this.#planner.callTook(positions, milliseconds);
    this.#scheduler.consider();
  }

  #settleDrain(): void {
    if (this.#drained === null || !this.#scheduler.empty || !this.#runner.idle) return;
    this.#deadlines.stop();
    this.#drained.resolve();
  }
}

function asAnswered(answer: PredictedRow): PredictedRow {
  return answer;
}
