import { z } from 'zod';
import { ModelLoadError } from '../../errors.ts';

/** The ids of the tokens of one word, which are the same for the same word. */
export type WordModel = (word: string) => readonly number[];

/** Two ids share one number where they are looked up as a pair, and no model has as many tokens. */
const mostIds = 2 ** 24;

/** The number of a token. */
export const idSchema = z
  .int()
  .min(0)
  .max(mostIds - 1);

/** Tokens and their ids. There may be 250 thousand: a schema for each of them would take a second. */
export const vocabularySchema = z.custom<Readonly<Record<string, number>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isId),
  `expected an object of tokens and ids from 0 to ${mostIds - 1}`,
);

function isId(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < mostIds;
}

/**
 * The id of a token that a model cannot do without.
 * @param key under which the model names it.
 * @throws ModelLoadError when the vocabulary has it not.
 */
export function requireId(tokens: ReadonlyMap<string, number>, token: string, key: string): number {
  const id = tokens.get(token);
  if (id !== undefined) return id;
  throw new ModelLoadError(`tokenizer.json has the ${key} "${token}", which is not in its vocabulary.`);
}
