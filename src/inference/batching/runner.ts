import { CallLost } from '../../backends/backend.ts';
import type { ErrorCode, GatewayError } from '../../errors.ts';
import type { RowBlock } from '../../tensors/row-block.ts';
import type { BatcherOptions, CallReport, RowAnswers } from './contract.ts';
import { sharersOf, tellCall } from './call-spans.ts';
import { ChurningSet } from './churning-set.ts';
import { collate, distribute, neededOutputs } from './collate.ts';
import type { Failures } from './failures.ts';
import type { RunningCall } from './forecast.ts';
import { type Portion, rowsIn, splitPortion, type Submission } from './submission.ts';

/** The codes that can be the fault of a single row, which the others of its call must not pay for. */
const rowFaults: ReadonlySet<ErrorCode> = new Set(['INFERENCE_FAILED', 'BAD_USER_INPUT']);

/** What the runner tells the batcher. */
export interface RunnerEvents {
  /** A portion has its answer. */
  readonly answer: (portion: Portion, answer: RowAnswers | Error) => void;
  /** A submission turned out to be past its deadline. */
  readonly expire: (submission: Submission) => void;
  /** A portion that waited goes into its first call. */
  readonly leaveQueue: (portion: Portion) => void;
  /**
   * A call of so many rows has ended, after so many milliseconds; its rows are still to be answered. `positions` are
   * those of its rows, padding included; null where it failed.
   */
  readonly callEnded: (rows: number, milliseconds: number, positions: number | null) => void;
  /** The rows of a call that ended are answered, or will be called again. */
  readonly callAnswered: () => void;
}

/**
 * Runs calls, each a list of portions of one layout, in order, and never more at a time than there are instances.
 *
 * The groups of one batch are calls of their own: they run beside each other on idle instances, else one after
 * another, and all of them before the next batch, so that rare shapes do not starve. The halves of a call that failed
 * go first, since their rows are the oldest. A batch of n rows costs at most 2n - 1 calls, when each of them is bad.
 */
export class CallRunner {
  readonly #options: BatcherOptions;
  readonly #failures: Failures;
  readonly #events: RunnerEvents;
  readonly #calls: (readonly Portion[])[] = [];
  readonly #running = new ChurningSet<RunningCall>();

  constructor(options: BatcherOptions, failures: Failures, events: RunnerEvents) {
    this.#options = options;
    this.#failures = failures;
    this.#events = events;
  }

  /** Instances that run no call. While calls wait for one there is none, because each is started as soon as it can. */
  get idleInstances(): number {
    return this.#options.model.instances - this.#running.size;
  }

  /** Instances that run a call. */
  get busyInstances(): number {
    return this.#running.size;
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
  add(calls: readonly (readonly Portion[])[]): void {
    this.#calls.push(...calls);
    this.#startCalls();
  }

  #startCalls(): void {
    while (this.#running.size < this.#options.model.instances) {
      const call = this.#calls.shift();
      if (call === undefined) return;
      // Counted before its rows are looked at: telling a row that it is late can make other batches move.
      const running = { rows: rowsIn(call), startedAt: this.#options.clock.now() };
      this.#running.add(running);
      const portions = this.#takeLive(call, running.startedAt);
      if (portions.length > 0) void this.#run(portions, running);
      else this.#running.delete(running);
    }
  }

  /** The portions that still want an answer; those past their deadline are told so instead of being computed. */
  #takeLive(call: readonly Portion[], now: number): Portion[] {
    const live: Portion[] = [];
    for (const portion of call) {
      const { submission } = portion;
      if (!portion.answered && submission.options.deadlineAt <= now) this.#events.expire(submission);
      if (portion.answered) continue;
      if (portion.calledAt === null) {
        this.#events.leaveQueue(portion);
        submission.options.spans?.leftQueue(now);
      }
      portion.calledAt = now;
      live.push(portion);
    }
    return live;
  }

  /** Never rejects. */
  async #run(portions: readonly Portion[], running: RunningCall): Promise<void> {
    const { startedAt } = running;
    const { model, identity, axis, padding, fallbackOutput, clock, onCall } = this.#options;
    const rows = rowsIn(portions);
    let computeMs: number | null = null;
    let positions: number | null = null;
    let outcome: CallReport['outcome'] = 'succeeded';
    let outputs: readonly RowBlock[] = [];
    let failure: GatewayError | null = null;
    try {
      const call = collate(portions, axis, padding);
      const result = await model.run(call.inputs, neededOutputs(portions, fallbackOutput));
      outputs = distribute(portions, result, this.#options, call.sizes, this.#failures);
      positions = call.positions;
      computeMs = result.computeMs;
    } catch (reason) {
      failure = this.#failures.of(reason);
      outcome = rowFaults.has(failure.code) && !(reason instanceof CallLost) ? 'failed' : 'unavailable';
    }
    const mustRetry = outcome === 'failed' && rows > 1;
    if (mustRetry) this.#calls.unshift(...halves(portions, rows));
    this.#running.delete(running);
    const callMs = clock.now() - startedAt;
    // The next call starts here, before results are made of the outputs: the instance must not wait for that.
    this.#startCalls();
    this.#events.callEnded(rows, callMs, positions);
    if (failure === null) this.#answerAll(portions, outputs, { startedAt, rows, computeMs: computeMs ?? callMs });
    else if (!mustRetry) for (const portion of portions) this.#events.answer(portion, failure);
    this.#events.callAnswered();
    const report = {
      batchSize: rows,
      queueMs: longestWait(portions, startedAt),
      computeMs: computeMs ?? callMs,
      outcome,
    };
    onCall?.(report);
    const sharers = sharersOf(portions);
    if (sharers === null) return;
    const error = failure?.code ?? null;
    tellCall(sharers, { ...identity, ...report, startedAt, endedAt: startedAt + callMs, error });
  }

  #answerAll(
    portions: readonly Portion[],
    outputs: readonly RowBlock[],
    { startedAt, rows, computeMs }: RunningCall & { readonly computeMs: number },
  ): void {
    for (const [index, portion] of portions.entries()) {
      const block = outputs[index];
      if (block === undefined) continue;
      const queueMs = startedAt - portion.submission.arrivedAt;
      this.#events.answer(portion, { outputs: block, batchSize: rows, queueMs, computeMs });
    }
  }
}

/** Finds the bad row by halving: the others are answered, and it alone gets the error. */
function halves(portions: readonly Portion[], rows: number): readonly (readonly Portion[])[] {
  const [before, after]: [Portion[], Portion[]] = [[], []];
  let missing = Math.ceil(rows / 2);
  for (const portion of portions) {
    if (missing >= portion.rows) before.push(portion);
    else if (missing <= 0 || portion.answered) after.push(portion);
    else {
      const [mine, others] = splitPortion(portion, missing);
      before.push(mine);
      after.push(others);
    }
    missing -= portion.rows;
  }
  return [before, after];
}

function longestWait(portions: readonly Portion[], startedAt: number): number {
  let longest = 0;
  for (const { submission } of portions) longest = Math.max(longest, startedAt - submission.arrivedAt);
  return longest;
}
