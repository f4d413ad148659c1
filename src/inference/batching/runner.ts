import { CallLost } from '../../backends/backend.ts';
import type { ErrorCode, GatewayError } from '../../errors.ts';
import type { NamedTensors } from '../../tensors/tensor.ts';
import type { BatcherOptions, CallReport, PredictedRow } from './contract.ts';
import { collate, distribute, neededOutputs } from './collate.ts';
import type { Failures } from './failures.ts';
import type { RunningCall } from './forecast.ts';
import type { PendingRow, Submission } from './submission.ts';

/** The codes that can be the fault of a single row, which the others of its call must not pay for. */
const rowFaults: ReadonlySet<ErrorCode> = new Set(['INFERENCE_FAILED', 'BAD_USER_INPUT']);

/** What the runner tells the batcher. */
export interface RunnerEvents {
  /** A row has its result. */
  readonly answer: (row: PendingRow, result: PredictedRow | Error) => void;
  /** A submission turned out to be past its deadline. */
  readonly expire: (submission: Submission) => void;
  /** A row that waited goes into its first call. */
  readonly leaveQueue: (row: PendingRow) => void;
  /**
   * A call of so many rows has ended, after so many milliseconds; its rows are still to be answered. `positions` are
   * those of its rows, padding included; null where it failed.
   */
  readonly callEnded: (rows: number, milliseconds: number, positions: number | null) => void;
  /** The rows of a call that ended are answered, or will be called again. */
  readonly callAnswered: () => void;
}

/**
 * Runs calls, each a list of rows of one layout, in order, and never more at a time than there are instances.
 *
 * The groups of one batch are calls of their own: they run beside each other on idle instances, else one after
 * another, and all of them before the next batch, so that rare shapes do not starve. The halves of a call that failed
 * go first, since their rows are the oldest. A batch of n rows costs at most 2n - 1 calls, when each of them is bad.
 */
export class CallRunner {
  readonly #options: BatcherOptions;
  readonly #failures: Failures;
  readonly #events: RunnerEvents;
  readonly #calls: (readonly PendingRow[])[] = [];
  readonly #running = new Set<RunningCall>();

  constructor(options: BatcherOptions, failures: Failures, events: RunnerEvents) {
    this.#options = options;
    this.#failures = failures;
    this.#events = events;
  }

  /** Instances that run no call. While calls wait for one there is none, because each is started as soon as it can. */
  get idleInstances(): number {
    return this.#options.model.instances - this.#running.size;
  }

  /** The calls that run now. */
  get running(): Iterable<RunningCall> {
    return this.#running;
  }

  /** Whether no call waits or runs. */
  get idle(): boolean {
    return this.#running.size === 0 && this.#calls.length === 0;
  }

  /** Takes calls and starts as many as can start. */
  add(calls: readonly (readonly PendingRow[])[]): void {
    this.#calls.push(...calls);
    this.#startCalls();
  }

  #startCalls(): void {
    while (this.#running.size < this.#options.model.instances) {
      const call = this.#calls.shift();
      if (call === undefined) return;
      // Counted before its rows are looked at: telling a row that it is late can make other batches move.
      const running = { rows: call.length, startedAt: this.#options.clock.now() };
      this.#running.add(running);
      const rows = this.#takeLive(call, running.startedAt);
      if (rows.length > 0) void this.#run(rows, running);
      else this.#running.delete(running);
    }
  }

  /** The rows that still want an answer; those past their deadline are told so instead of being computed. */
  #takeLive(call: readonly PendingRow[], now: number): PendingRow[] {
    const live: PendingRow[] = [];
    for (const row of call) {
      if (!row.answered && row.submission.options.deadlineAt <= now) this.#events.expire(row.submission);
      if (row.answered) continue;
      if (row.calledAt === null) this.#events.leaveQueue(row);
      row.calledAt = now;
      live.push(row);
    }
    return live;
  }

  /** Never rejects. */
  async #run(rows: readonly PendingRow[], running: RunningCall): Promise<void> {
    const { startedAt } = running;
    const { model, axis, padding, fallbackOutput, clock, onCall } = this.#options;
    let computeMs: number | null = null;
    let positions: number | null = null;
    let outcome: CallReport['outcome'] = 'succeeded';
    let outputs: readonly NamedTensors[] = [];
    let failure: GatewayError | null = null;
    try {
      const call = collate(rows, axis, padding);
      const result = await model.run(call.inputs, neededOutputs(rows, fallbackOutput));
      outputs = distribute(rows, result, this.#options, call.sizes, this.#failures);
      positions = call.positions;
      computeMs = result.computeMs;
    } catch (reason) {
      failure = this.#failures.of(reason);
      outcome = rowFaults.has(failure.code) && !(reason instanceof CallLost) ? 'failed' : 'unavailable';
    }
    const mustRetry = outcome === 'failed' && rows.length > 1;
    if (mustRetry) this.#retryInHalves(rows);
    this.#running.delete(running);
    const callMs = clock.now() - startedAt;
    // The next call starts here, before results are made of the outputs: the instance must not wait for that.
    this.#startCalls();
    this.#events.callEnded(rows.length, callMs, positions);
    if (failure === null) this.#answerAll(rows, outputs, startedAt, computeMs ?? callMs);
    else if (!mustRetry) for (const row of rows) this.#events.answer(row, failure);
    this.#events.callAnswered();
    onCall?.({
      batchSize: rows.length,
      queueMs: longestWait(rows, startedAt),
      computeMs: computeMs ?? callMs,
      outcome,
    });
  }

  #answerAll(
    rows: readonly PendingRow[],
    outputs: readonly NamedTensors[],
    startedAt: number,
    computeMs: number,
  ): void {
    for (const [index, row] of rows.entries()) {
      const rowOutputs = outputs[index];
      if (rowOutputs === undefined) continue;
      const queueMs = startedAt - row.submission.arrivedAt;
      this.#events.answer(row, { outputs: rowOutputs, batchSize: rows.length, queueMs, computeMs });
    }
  }

  /** Finds the bad row by halving: the others are answered, and it alone gets the error. */
  #retryInHalves(rows: readonly PendingRow[]): void {
    const middle = Math.ceil(rows.length / 2);
    this.#calls.unshift(rows.slice(0, middle), rows.slice(middle));
  }
}

function longestWait(rows: readonly PendingRow[], startedAt: number): number {
  let longest = 0;
  for (const { submission } of rows) longest = Math.max(longest, startedAt - submission.arrivedAt);
  return longest;
}
