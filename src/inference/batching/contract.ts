import type { OpenModel } from '../../backends/backend.ts';
import type { BatchAxis } from '../../tasks/row-signature.ts';
import type { FieldSpans } from '../../observability/tracing/trace.ts';
import type { RowBlock } from '../../tensors/row-block.ts';
import type { Clock } from './clock.ts';
import type { Padding } from './padding.ts';

export interface BatcherOptions {
  /** The batcher never has more than `instances` calls running, so the model's own queue stays empty. */
  readonly model: Pick<OpenModel, 'run' | 'instances'>;
  /** Only `dynamic` stacks rows; otherwise each row is its own call and `maxBatchSize` is of no effect. */
  readonly axis: BatchAxis;
  /** The most rows in one call. */
  readonly maxBatchSize: number;
  /** How rows of different lengths share a call; null where they never do. */
  readonly padding: Padding | null;
  /** The most positions in a call of rows that were filled up, padding included. */
  readonly maxBatchTokens: number;
  /** How long an incomplete batch waits for company while an instance is idle. 0: until the end of the tick. */
  readonly maxDelayMs: number;
  /** The most rows that may wait for a call. */
  readonly maxQueueRows: number;
  /** The output to compute where no row of a batch asks for any: the rows are checked by running them all the same. */
  readonly fallbackOutput: string;
  /** Named in every error. */
  readonly identity: ModelIdentity;
  readonly clock: Clock;
  /** Told of every call after its rows were answered. Must not throw. */
  readonly onCall?: ((report: CallReport) => void) | undefined;
}

export interface ModelIdentity {
  readonly model: string;
  readonly version: number;
}

/** Tells that a caller has left. Any AbortSignal does; one that can do no more than this is cheaper to make. */
export interface DepartureSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** What the rows of one `predict` have in common. */
export interface PredictOptions {
  /** Names of the outputs the caller needs; may be empty. */
  readonly outputs: readonly string[];
  /** The point on the batcher's clock at which the caller stops waiting. */
  readonly deadlineAt: number;
  /** When the caller began to wait, for what an error tells of the time that went by. @default when the rows come */
  readonly requestedAt?: number | undefined;
  /** Whose share of the queue the rows take. @default nobody's */
  readonly caller?: string | undefined;
  /** Aborted when the caller has left. */
  readonly signal?: DepartureSignal | undefined;
  /** Whether nobody needs the rows any more, so that a call may take over their buffers. @default false */
  readonly givesRowsAway?: boolean | undefined;
  /** Told of the waiting and the calls of the rows. @default nobody is */
  readonly spans?: FieldSpans | null | undefined;
}

/** The answer to neighbouring rows of a list, which one call computed. */
export interface RowAnswers {
  /**
   * The outputs that the caller asked for. They are views of the batch's buffers where that is possible: holding one row
   * keeps the whole batch in memory, and nobody may write to them.
   */
  readonly outputs: RowBlock;
  /** Rows in the call that computed them. */
  readonly batchSize: number;
  /** Milliseconds from their arrival to the start of that call. */
  readonly queueMs: number;
  /** Milliseconds that call took inside the model's runtime. */
  readonly computeMs: number;
}

/** One call of the model, for metrics. */
export interface CallReport {
  /** Rows in the call. */
  readonly batchSize: number;
  /** The longest that a row of it has waited, in milliseconds. */
  readonly queueMs: number;
  /** Milliseconds inside the model's runtime; of a failed call, from start to failure. */
  readonly computeMs: number;
  /** `failed`: the model failed on these rows; `unavailable`: it could not be run, or was lost meanwhile. */
  readonly outcome: 'succeeded' | 'failed' | 'unavailable';
}
