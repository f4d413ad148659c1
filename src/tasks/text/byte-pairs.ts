import { z } from 'zod';
import { ModelLoadError } from '../../errors.ts';
import type { TokenizerPart } from './tokenizer-json.ts';
import { NumberHeap } from './number-heap.ts';
import { remember } from './remember.ts';
import { requireId, vocabularySchema, type WordModel } from './vocabulary.ts';

const schema = z.object({
  vocab: vocabularySchema,
  merges: z.custom<readonly (string | readonly [string, string])[]>(
    (value) => Array.isArray(value) && value.every(isMerge),
    'expected a list of merges, each of them two tokens',
  ),
  unk_token: z.string().nullish(),
  continuing_subword_prefix: z.string().nullish(),
  end_of_word_suffix: z.string().nullish(),
  fuse_unk: z.boolean().default(false),
  byte_fallback: z.boolean().default(false),
  ignore_merges: z.boolean().default(false),
});

function isMerge(merge: unknown): boolean {
  if (typeof merge === 'string') return true;
  return Array.isArray(merge) && merge.length === 2 && merge.every((token) => typeof token === 'string');
}

/** A merge and a place share one number, the order of which is theirs: no word has more characters than this. */
const places = 2 ** 24;

/**
 * Byte pair encoding: of a word's characters, the neighbours that come first in the list of merges become one token,
 * over and over, the leftmost of equal ones first. Takes time n log n for n characters.
 * @throws ModelLoadError when merges and vocabulary do not fit.
 */
export function compileBytePairs(part: TokenizerPart): WordModel {
  const options = schema.parse(part);
  const tokens = new Map(Object.entries(options.vocab));
  const ranks = new Map<number, number>();
  const merged: number[] = [];
  const pair = (left: number, right: number) => left * places + right;
  const prefixLength = options.continuing_subword_prefix?.length ?? 0;
  for (const [rank, merge] of options.merges.entries()) {
    const [left, right] = typeof merge === 'string' ? splitMerge(merge) : merge;
    ranks.set(pair(requireId(tokens, left, 'merge of'), requireId(tokens, right, 'merge of')), rank);
    merged.push(requireId(tokens, left + right.slice(prefixLength), 'merge to'));
  }
  const characters = characterReader(options, tokens);

  return (word) => {
    const whole = options.ignore_merges ? tokens.get(word) : undefined;
    if (whole !== undefined) return [whole];
    const symbols = Int32Array.from(characters(word));
    const count = symbols.length;
    const next = Int32Array.from({ length: count }, (_, index) => index + 1);
    const previous = Int32Array.from({ length: count }, (_, index) => index - 1);
    const heap = new NumberHeap();
    const rankAt = (place: number): number | undefined => {
      const right = next[place] ?? count;
      return right >= count ? undefined : ranks.get(pair(symbols[place] ?? -1, symbols[right] ?? -1));
    };
    const consider = (place: number): void => {
      const rank = rankAt(place);
      if (rank !== undefined) heap.push(rank * places + place);
    };
    for (let place = 0; place < count; place += 1) consider(place);
    for (let entry = heap.pop(); entry !== undefined; entry = heap.pop()) {
      const place = entry % places;
      const rank = (entry - place) / places;
      // Since it was considered, either of the two may have become part of another token.
      if (symbols[place] === -1 || rankAt(place) !== rank) continue;
      const right = next[place] ?? count;
      symbols[place] = merged[rank] ?? -1;
      symbols[right] = -1;
      const after = next[right] ?? count;
      next[place] = after;
      if (after < count) previous[after] = place;
      const before = previous[place] ?? -1;
      if (before !== -1) consider(before);
      consider(place);
    }
    return Array.from(symbols.filter((id) => id !== -1));
  };
}

function splitMerge(merge: string): readonly [string, string] {
  const [left, right, ...rest] = merge.split(' ');
  if (left !== undefined && right !== undefined && rest.length === 0) return [left, right];
  throw new ModelLoadError(`tokenizer.json has a merge that is no pair: "${merge}".`);
}

type Options = z.infer<typeof schema>;

/** The ids of a word's characters. What the vocabulary lacks is its bytes, unknown, or nothing, as the options say. */
function characterReader(options: Options, tokens: ReadonlyMap<string, number>): (word: string) => readonly number[] {
  const { continuing_subword_prefix: prefix, end_of_word_suffix: suffix, fuse_unk: fuses } = options;
  const unknown = options.unk_token == null ? undefined : requireId(tokens, options.unk_token, 'unk_token');
  const bytes = Array.from({ length: 256 }, (_, byte) =>
    tokens.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`),
  );
  const fallback = (text: string): readonly number[] | null => {
    if (!options.byte_fallback) return null;
    const found = Array.from(Buffer.from(text), (byte) => bytes[byte]);
    const ids = found.filter((id) => id !== undefined);
    return ids.length === found.length ? ids : null;
  };
  const read = remember((text) => {
    const id = tokens.get(text);
    return id === undefined ? fallback(text) : [id];
  });
  return (word) => {
    const ids: number[] = [];
    let place = 0;
    let wasUnknown = false;
    for (const character of word) {
      const begin = place === 0 || prefix == null ? '' : prefix;
      place += character.length;
      const text = begin + character + (place === word.length && suffix != null ? suffix : '');
      const found = read(text);
      if (found !== null) for (const id of found) ids.push(id);
      else if (unknown !== undefined && !(fuses && wasUnknown)) ids.push(unknown);
      wasUnknown = found === null;
    }
    return ids;
  };
}
