import { type RowBlock, sliceBlock } from '../../tensors/row-block.ts';
import type { PredictOptions, RowAnswers } from './contract.ts';

/**
 * Neighbouring rows of one submission and of one layout, on their way through the batcher. They go into one batch
 * together, and are answered together unless the call that they share fails.
 */
export interface Portion {
  readonly submission: Submission;
  /** The place of its first row in the caller's list. */
  readonly first: number;
  readonly rows: number;
  /** Emptied as soon as the portion is answered, because its batch may be kept much longer. */
  block: RowBlock;
  /** The batch that it was put into; null only while it is put there. */
  batch: WaitingBatch | null;
  /** When the last call with it started; null while it waits for its first. */
  calledAt: number | null;
  /** Whether nothing is to be done for it any more: it has its answer, or its halves stand for it. */
  answered: boolean;
}

/** A batch that fills or waits. */
export interface WaitingBatch {
  /** Rows put into it. */
  rows: number;
  /** Rows that still want an answer. */
  liveRows: number;
  readonly openedAt: number;
  /** Lets no more rows in; `collected` is told what there is, within the call. */
  readonly close: () => void;
  /** What is in it; null while more may come. */
  portions: readonly Portion[] | null;
}

/**
 * The rows that came with one `predict`. Deadline, signal and promise are kept once for all of them, so that a row of a
 * list of thousands costs no more than a row of ten.
 */
export interface Submission {
  readonly options: PredictOptions;
  readonly arrivedAt: number;
  /** All of its rows, in the order in which they were put into batches. */
  readonly portions: Portion[];
  /** Told of each answer in the turn in which it comes. Must not throw. */
  readonly take: TakeAnswer;
  /** Rows without an answer. */
  remaining: number;
  readonly resolve: () => void;
}

/**
 * Takes the answer to the rows of a list from `first` on: of as many as the answer has, or of `rows` for an error.
 */
export type TakeAnswer = (answer: RowAnswers | Error, first: number, rows: number) => void;

/** @param resolve called once, when each row has its answer. */
export function createSubmission(
  rows: number,
  options: PredictOptions,
  arrivedAt: number,
  take: TakeAnswer,
  resolve: () => void,
): Submission {
  return { options, arrivedAt, portions: [], take, remaining: rows, resolve };
}

/** Adds the next rows of a submission. */
export function addPortion(submission: Submission, first: number, block: RowBlock): Portion {
  const { rows } = block;
  const portion: Portion = { submission, first, rows, block, batch: null, calledAt: null, answered: false };
  submission.portions.push(portion);
  return portion;
}

/** Puts two portions in the place of one, which is done with. @param rows those of the first. */
export function splitPortion(portion: Portion, rows: number): readonly [Portion, Portion] {
  const { submission, first, block, batch, calledAt } = portion;
  const part = (start: number, count: number): Portion => ({
    submission,
    first: first + start,
    rows: count,
    block: sliceBlock(block, start, count),
    batch,
    calledAt,
    answered: false,
  });
  const parts = [part(0, rows), part(rows, portion.rows - rows)] as const;
  submission.portions.splice(submission.portions.indexOf(portion), 1, ...parts);
  portion.answered = true;
  return parts;
}

/** How many rows portions hold together. */
export function rowsIn(portions: readonly Portion[]): number {
  let rows = 0;
  for (const portion of portions) rows += portion.rows;
  return rows;
}
