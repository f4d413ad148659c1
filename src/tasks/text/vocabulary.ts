import { z } from 'zod';
import { ModelLoadError } from '../../errors.ts';

/** The ids of the tokens of one word, which are the same for the same word. */
export type WordModel = (word: string) => readonly number[];

/** Tokens and their ids. Not looked at one by one: there may be 250 thousand. */
export const vocabularySchema = z.custom<Readonly<Record<string, number>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'expected an object of tokens and ids',
);

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
