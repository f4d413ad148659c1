import { isDeepStrictEqual } from 'node:util';
import { askEach, type Requests } from './load.ts';

/** What a contestant answered to one request, in the same form for all: the labels and numbers of the prediction. */
export type Answer = readonly (string | number)[];

/** What a contestant is asked, and how its answers are read. */
export interface Exchange extends Omit<Requests, 'url'> {
  /** After the contestant's own URL. */
  readonly path: string;
  /** @throws TypeError when the answer is no prediction. */
  read(answer: unknown): Answer;
}

/** A contestant that runs, with what it is asked. */
export interface Opponent {
  readonly name: string;
  readonly requests: Requests;
  readonly exchange: Exchange;
}

/** Relative and absolute; batches of other sizes and other releases of the runtime round differently. */
const tolerance = 1e-3;

/** @throws Error when two contestants do not answer every request alike. */
export async function checkEqualAnswers(ours: Opponent, theirs: Opponent): Promise<void> {
  const [left, right] = [await answersOf(ours), await answersOf(theirs)];
  const equal =
    left.length === right.length && left.every((answer, index) => areAlike(answer, right[index] ?? [], tolerance));
  if (equal) return;
  throw new Error(
    `${ours.name} and ${theirs.name} answer differently: ${JSON.stringify(left).slice(0, 400)} and ${JSON.stringify(right).slice(0, 400)}`,
  );
}

async function answersOf({ requests, exchange }: Opponent): Promise<Answer[]> {
  return (await askEach(requests)).map((answer) => exchange.read(answer));
}

function areAlike(left: Answer, right: Answer, tolerance: number): boolean {
  return left.length > 0 && left.length === right.length && left.every((value, index) => isAlike(value, right[index]));

  function isAlike(a: string | number, b: string | number | undefined): boolean {
    if (typeof a !== 'number' || typeof b !== 'number') return isDeepStrictEqual(a, b);
    return Math.abs(a - b) <= tolerance * (1 + Math.abs(b));
  }
}
