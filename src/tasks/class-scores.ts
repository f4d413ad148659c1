import { GatewayError } from '../errors.ts';
import { tensorNumbers } from '../tensors/numbers.ts';
import type { Tensor } from '../tensors/tensor.ts';

/** What turns a model's scores into probabilities. */
export type Activation = 'none' | 'softmax' | 'sigmoid';

/** One entry of `scores`. */
export interface ClassScore {
  readonly label: string;
  readonly score: number;
}

/**
 * The score of each class in one row. A single column is the probability of the second of two classes.
 * @param labels one for each class.
 * @param output its name, for messages.
 * @throws GatewayError `INFERENCE_FAILED` when the model gave another number of scores, NaN, or no probability where
 * one is needed.
 */
export function classScores(
  tensor: Tensor,
  labels: readonly string[],
  activation: Activation,
  output: string,
): Float64Array {
  const columns = tensorNumbers(tensor);
  const single = columns.length === 1 && labels.length === 2;
  if (columns.length !== labels.length && !single) {
    throw failed(`The output "${output}" has ${columns.length} scores in a row, for ${labels.length} labels.`);
  }
  const scores = activate(Float64Array.from(columns), activation);
  if (!scores.every(Number.isFinite)) {
    const place = culprit(columns);
    const subject = single ? `the output "${output}"` : `the score of the class "${labels[place]}"`;
    throw failed(`The model gave ${columns[place]} for ${subject}.`);
  }
  return single ? bothClasses(scores[0] ?? 0, output) : scores;
}

/** Softmax spreads one NaN over every class: what to blame is looked for in what the model gave. */
function culprit(columns: ArrayLike<number>): number {
  const given = Array.from(columns);
  const nan = given.findIndex(Number.isNaN);
  return nan === -1 ? given.findIndex((score) => !Number.isFinite(score)) : nan;
}

function activate(scores: Float64Array, activation: Activation): Float64Array {
  switch (activation) {
    case 'none':
      return scores;
    case 'sigmoid':
      return scores.map(sigmoid);
    case 'softmax':
      return softmax(scores);
  }
}

/** The exponential is only taken of what is not positive, which cannot overflow. */
function sigmoid(score: number): number {
  const exponential = Math.exp(-Math.abs(score));
  return score >= 0 ? 1 / (1 + exponential) : exponential / (1 + exponential);
}

/** The greatest score is taken off first, so that no exponential overflows. */
function softmax(scores: Float64Array): Float64Array {
  const greatest = scores.reduce((one, other) => Math.max(one, other), Number.NEGATIVE_INFINITY);
  const exponentials = scores.map((score) => Math.exp(score - greatest));
  const sum = exponentials.reduce((one, other) => one + other, 0);
  return exponentials.map((exponential) => exponential / sum);
}

function bothClasses(second: number, output: string): Float64Array {
  if (second >= 0 && second <= 1) return Float64Array.of(1 - second, second);
  throw failed(
    `The model gave ${second} for the output "${output}", which is no probability; the manifest may have to say outputs.activation: sigmoid.`,
  );
}

function failed(message: string): GatewayError {
  return new GatewayError('INFERENCE_FAILED', message);
}

/** Which of so many scores, from a place on, is the greatest; the first of equal ones. */
export function indexOfGreatest(scores: ArrayLike<number>, start = 0, count = scores.length): number {
  let best = 0;
  for (let index = 1; index < count; index += 1) {
    if ((scores[start + index] ?? 0) > (scores[start + best] ?? 0)) best = index;
  }
  return best;
}

/** The classes from the most to the least likely, equal ones in their own order. */
export function rankClasses(scores: Float64Array, labels: readonly string[], top: number): readonly ClassScore[] {
  // The indices of a thousand classes are sorted as numbers; objects are only made for those that are returned.
  const order = Uint32Array.from(scores.keys()).toSorted(
    (one, other) => (scores[other] ?? 0) - (scores[one] ?? 0) || one - other,
  );
  return Array.from(order.subarray(0, top), (index) => ({ label: labels[index] ?? '', score: scores[index] ?? 0 }));
}
