import { z } from 'zod';

/** The greatest `Int` of GraphQL, in which limits are told, and the greatest delay of a timer. */
export const greatestInt = 2 ** 31 - 1;

/** A whole number in decimal digits: blanks, `0x10` and `1e3` are slips rather than numbers. */
export function integer(least: number, greatest: number) {
  const error = `must be a whole number from ${least} to ${greatest}`;
  const readDigits = (given: unknown) => (typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : given);
  return z.preprocess(readDigits, z.int({ error }).min(least, { error }).max(greatest, { error }));
}

/** A number of things, of which there must be one. */
export const count = integer(1, greatestInt);

/** A text that says something. */
export const text = z.string().min(1, { error: 'must not be empty' });

/** A switch; `true` and `false` in the environment. */
export const toggle = z.union([z.stringbool(), z.boolean()], { error: 'must be true or false' });
