import type { ErrorCode } from '../errors.ts';

/** A prediction, list or raw inference that took long, and where its time went, in milliseconds. */
export interface SlowPrediction {
  readonly requestId: string;
  readonly model: string;
  readonly version: number;
  readonly rows: number;
  readonly outcome: ErrorCode | 'success' | 'partial';
  /** From the moment at which its request had wholly come. */
  readonly durationMs: number;
  /** Until its rows were there; all of it where they never were. */
  readonly preparingMs: number;
  /** Of the call that answered its last rows: what they waited, what it took, and its rows. Absent where none did. */
  readonly queuedMs?: number;
  readonly computingMs?: number;
  readonly batchSize?: number;
  /** Making results of that answer. */
  readonly decodingMs?: number;
}

/** Who is told of predictions that took long, and which did. */
export interface SlowPredictions {
  /** The longest that is not told of, in milliseconds. */
  readonly afterMs: number;
  readonly tell: (slow: SlowPrediction) => void;
}
