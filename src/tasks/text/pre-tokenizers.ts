import { z } from 'zod';
import { compilePattern } from './patterns.ts';
import { type Piece, type SplitBehavior, splitPieces } from './split-text.ts';
import { makePart, makeParts, patternSchema, type TokenizerPart } from './tokenizer-json.ts';

/** Cuts pieces into smaller ones, the last of which are the words that a model takes. */
export type PreTokenizer = (pieces: Iterable<Piece>) => Iterable<Piece>;

const behaviors = ['Removed', 'Isolated', 'Contiguous', 'MergedWithPrevious', 'MergedWithNext'] as const;
const behavior = z.enum(behaviors satisfies readonly SplitBehavior[]);
const splitSchema = z.object({ pattern: patternSchema, behavior, invert: z.boolean().default(false) });
const byteLevelSchema = z.object({ add_prefix_space: z.boolean().default(true), use_regex: z.boolean().default(true) });
const metaspaceSchema = z.object({
  replacement: z.string().length(1).default('▁'),
  prepend_scheme: z.enum(['always', 'first', 'never']).optional(),
  add_prefix_space: z.boolean().default(true),
  split: z.boolean().default(true),
});

const space = /\p{White_Space}/gu;
/** Of Unicode's punctuation, and all of ASCII that is no letter, digit or control character. */
const punctuation = /[\p{P}$+<=>^`|~]/gu;
/** What Rust's regular expressions mean by `\w`, and by neither that nor `\s`. */
const wordsOrSigns =
  /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}\p{White_Space}]+/gu;
/** The words of GPT-2, which keep the space before them. */
const byteLevelWords =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/**
 * Compiles the pre-tokenizer of a `tokenizer.json`.
 * @throws ModelLoadError for one that is not supported.
 */
export function compilePreTokenizer(part: TokenizerPart): PreTokenizer {
  return makePart<PreTokenizer>('pre_tokenizer', part, {
    BertPreTokenizer: () => (pieces) => splitPieces(splitPieces(pieces, space, 'Removed'), punctuation, 'Isolated'),
    Whitespace: () => (pieces) => splitPieces(pieces, wordsOrSigns, 'Removed', true),
    WhitespaceSplit: () => (pieces) => splitPieces(pieces, space, 'Removed'),
    Punctuation(given) {
      const { behavior: chosen } = z.object({ behavior: behavior.default('Isolated') }).parse(given);
      return (pieces) => splitPieces(pieces, punctuation, chosen);
    },
    Digits(given) {
      const { individual_digits: single } = z.object({ individual_digits: z.boolean().default(false) }).parse(given);
      return (pieces) => splitPieces(pieces, /\p{N}/gu, single ? 'Isolated' : 'Contiguous');
    },
    CharDelimiterSplit(given) {
      const { delimiter } = z.object({ delimiter: z.string().min(1) }).parse(given);
      const pattern = compilePattern({ String: delimiter });
      return (pieces) => splitPieces(pieces, pattern, 'Removed');
    },
    Split(given) {
      const { pattern, behavior: chosen, invert } = splitSchema.parse(given);
      const compiled = compilePattern(pattern);
      return (pieces) => splitPieces(pieces, compiled, chosen, invert);
    },
    ByteLevel: (given) => byteLevel(byteLevelSchema.parse(given)),
    Metaspace: (given) => metaspace(metaspaceSchema.parse(given)),
    Sequence(given) {
      const steps = makeParts(given['pretokenizers'], compilePreTokenizer);
      return (pieces) => steps.reduce((cut, step) => step(cut), pieces);
    },
  });
}

function byteLevel({ add_prefix_space: prefix, use_regex: cuts }: z.infer<typeof byteLevelSchema>): PreTokenizer {
  const prefixed = prefix ? (pieces: Iterable<Piece>) => prefixPieces(pieces, ' ', () => true) : null;
  return function* (pieces) {
    const whole = prefixed?.(pieces) ?? pieces;
    for (const { text, first } of cuts ? splitPieces(whole, byteLevelWords, 'Isolated') : whole) {
      yield { text: bytesAsCharacters(text), first };
    }
  };
}

function metaspace(options: z.infer<typeof metaspaceSchema>): PreTokenizer {
  const { replacement, add_prefix_space: prefix, split } = options;
  // Files from before there was a scheme say only whether.
  const scheme = options.prepend_scheme ?? (prefix ? 'always' : 'never');
  const pattern = compilePattern({ String: replacement });
  return (pieces) => {
    const marked = prefixPieces(
      replaceSpaces(pieces, replacement),
      replacement,
      ({ first }) => scheme === 'always' || (scheme === 'first' && first),
    );
    return split ? splitPieces(marked, pattern, 'MergedWithNext') : marked;
  };
}

function* replaceSpaces(pieces: Iterable<Piece>, replacement: string): Generator<Piece> {
  for (const { text, first } of pieces) yield { text: text.replaceAll(' ', replacement), first };
}

function* prefixPieces(pieces: Iterable<Piece>, prefix: string, wanted: (piece: Piece) => boolean): Generator<Piece> {
  for (const piece of pieces) {
    const { text, first } = piece;
    yield wanted(piece) && !text.startsWith(prefix) ? { text: prefix + text, first } : piece;
  }
}

/** A printable character for each byte; source: `bytes_to_unicode` of GPT-2. */
const byteCharacters: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte).map((byte) => {
  if (isPrintable(byte)) return String.fromCodePoint(byte);
  const place = Array.from({ length: byte }, (_, lower) => lower).filter((lower) => !isPrintable(lower)).length;
  return String.fromCodePoint(256 + place);
});

function isPrintable(byte: number): boolean {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
}

/** The UTF-8 bytes of a text, each as the character that stands for it in a vocabulary of bytes. */
function bytesAsCharacters(text: string): string {
  let characters = '';
  for (const byte of Buffer.from(text)) characters += byteCharacters[byte];
  return characters;
}
