import { z } from 'zod';
import { ModelLoadError } from '../../errors.ts';
import { PrefixTable } from './prefix-table.ts';
import type { TokenizerPart } from './tokenizer-json.ts';
import type { WordModel } from './vocabulary.ts';

const schema = z.object({
  // Not by a schema for each of them: there may be 250 thousand.
  vocab: z.custom<readonly (readonly [string, number])[]>(
    (value) => Array.isArray(value) && value.every(isScoredToken),
    'expected a list of tokens and scores',
  ),
  unk_id: z.int().nullish(),
  byte_fallback: z.boolean().default(false),
});

function isScoredToken(entry: unknown): boolean {
  return Array.isArray(entry) && typeof entry[0] === 'string' && Number.isFinite(entry[1]);
}

/** What an unknown character costs beyond the least likely token. Source: SentencePiece, `kUnkPenalty`. */
const unknownPenalty = 10;

/**
 * The number that serde_json makes of the decimal digits of a score: those divided by a power of ten, which may differ
 * from the nearest number in its last bit. That bit decides between ways through a word that are equally likely.
 */
function asRustReads(score: number): number {
  const [whole = '', fraction = ''] = String(Math.abs(score)).split('.');
  if (!/^\d+$/.test(whole + fraction)) return score;
  return (Math.sign(score) * Number(whole + fraction)) / Number(`1e${fraction.length}`);
}

/**
 * The unigram model of SentencePiece: the way through a word that is likeliest by the sum of its tokens' scores, the
 * longest token first among equals (Viterbi). Unknown characters beside each other are one unknown token.
 * @throws ModelLoadError when the vocabulary names no unknown token.
 */
export function compileUnigram(part: TokenizerPart): WordModel {
  const { vocab, unk_id: unknownId, byte_fallback: fallsBack } = schema.parse(part);
  if (unknownId == null || vocab[unknownId] === undefined) {
    throw new ModelLoadError('tokenizer.json names no unknown token: its model has no usable unk_id.');
  }
  if (fallsBack) {
    throw new ModelLoadError('tokenizer.json has a Unigram model with byte_fallback, which is not supported.');
  }
  const scores = Float64Array.from(vocab, ([, score]) => asRustReads(score));
  const table = new PrefixTable(new Map(vocab.map(([token], id) => [token, id])));
  const unknownScore = scores.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY) - unknownPenalty;

  return (word) => {
    // For each place in the word: the score of the best way to it, and the last token of that way with its beginning.
    const best = new Float64Array(word.length + 1);
    const beginning = new Int32Array(word.length + 1).fill(-1);
    const token = new Int32Array(word.length + 1);
    const reach = (start: number, end: number, id: number, score: number): void => {
      const sum = (best[start] ?? 0) + score;
      if (beginning[end] !== -1 && sum <= (best[end] ?? 0)) return;
      best[end] = sum;
      beginning[end] = start;
      token[end] = id;
    };
    let width = 0;
    for (let start = 0; start < word.length; start += width) {
      width = (word.codePointAt(start) ?? 0) > 0xff_ff ? 2 : 1;
      let knowsCharacter = false;
      table.eachPrefix(word, start, (end, id) => {
        reach(start, end, id, scores[id] ?? 0);
        knowsCharacter ||= end === start + width;
      });
      if (!knowsCharacter) reach(start, start + width, unknownId, unknownScore);
    }
    const found: number[] = [];
    for (let end = word.length; end > 0; end = beginning[end] ?? 0) {
      const id: number = token[end] ?? unknownId;
      if (id !== unknownId || found.at(-1) !== unknownId) found.push(id);
    }
    return found.toReversed();
  };
}
