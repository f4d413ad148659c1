import { z } from 'zod';
import type { Normalizer } from './normalizers.ts';
import { PrefixTable } from './prefix-table.ts';
import type { Piece } from './split-text.ts';
import { idSchema } from './vocabulary.ts';

export const addedTokenSchema = z.object({
  id: idSchema,
  content: z.string(),
  single_word: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  special: z.boolean().default(false),
  normalized: z.boolean().optional(),
});
export type AddedToken = z.infer<typeof addedTokenSchema>;

/** Cuts a piece at the added tokens in it, which are given out by their ids. */
export type AddedTokenSplitter = (piece: Piece) => Generator<Piece | number>;

/** Those that are looked for in the text as it came, and those that are looked for in the normalized one. */
export interface AddedTokens {
  readonly inText: AddedTokenSplitter;
  readonly inNormalized: AddedTokenSplitter;
}

/** Compiles the added tokens of a `tokenizer.json`: words that are tokens whatever the model would make of them. */
export function compileAddedTokens(tokens: readonly AddedToken[], normalize: Normalizer): AddedTokens {
  const isNormalized = ({ normalized, special }: AddedToken) => normalized ?? !special;
  const later = tokens.filter(isNormalized).map((token) => ({ ...token, content: normalize(token.content) }));
  return {
    inText: splitter(tokens.filter((token) => !isNormalized(token))),
    inNormalized: splitter(later),
  };
}

const wordBefore = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
const wordAfter = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;
const space = /\p{White_Space}/u;

/** The leftmost token first, the longest of those that begin at the same place. */
function splitter(tokens: readonly AddedToken[]): AddedTokenSplitter {
  const table = new PrefixTable(new Map(tokens.map(({ content }, index) => [content, index])));
  return function* (piece) {
    const { text, first } = piece;
    let done = 0;
    for (let place = 0; place < text.length; place += 1) {
      let end = -1;
      let token: AddedToken | undefined;
      table.eachPrefix(text, place, (to, index) => {
        end = to;
        token = tokens[index];
      });
      if (token === undefined) continue;
      const start = place;
      place = end - 1;
      if (token.single_word && !standsAlone(text, start, end)) continue;
      const from = token.lstrip ? spaceBefore(text, start, done) : start;
      if (from > done) yield { text: text.slice(done, from), first: first && done === 0 };
      yield token.id;
      done = token.rstrip ? spaceAfter(text, end) : end;
      place = done - 1;
    }
    if (done === 0) yield piece;
    else if (done < text.length) yield { text: text.slice(done), first: false };
  };
}

function standsAlone(text: string, start: number, end: number): boolean {
  // A character of two units is looked at whole.
  return !wordBefore.test(text.slice(Math.max(0, start - 2), start)) && !wordAfter.test(text.slice(end, end + 2));
}

function spaceBefore(text: string, start: number, least: number): number {
  let place = start;
  while (place > least && space.test(text.charAt(place - 1))) place -= 1;
  return place;
}

function spaceAfter(text: string, end: number): number {
  let place = end;
  while (place < text.length && space.test(text.charAt(place))) place += 1;
  return place;
}
