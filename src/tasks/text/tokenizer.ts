import { z } from 'zod';
import { addedTokenSchema, compileAddedTokens } from './added-tokens.ts';
import { compileNormalizer } from './normalizers.ts';
import { compilePreTokenizer } from './pre-tokenizers.ts';
import { compileSpecialTokens, noSpecialTokens, type SpecialTokens } from './special-tokens.ts';
import type { Piece } from './split-text.ts';
import { partSchema } from './tokenizer-json.ts';
import { compileWordModel } from './word-model.ts';

/** A text as a model takes it. Both lists are equally long. */
export interface TokenizedText {
  readonly ids: readonly number[];
  readonly types: readonly number[];
}

/** Turns texts into ids of tokens, just as Hugging Face's tokenizers does with the same `tokenizer.json`. */
export interface Tokenizer {
  /** What stands around the tokens of every text. */
  readonly special: SpecialTokens;
  /**
   * The ids of a text, with the special tokens around them.
   * @param text without lone surrogates.
   * @param maxTokens special tokens included; the text's own tokens are cut to leave room for those.
   */
  encode(text: string, maxTokens: number): TokenizedText;
}

/** The parts of a `tokenizer.json` that say how a text becomes tokens. */
export const tokenizerSchema = z.object({
  normalizer: partSchema.nullish(),
  pre_tokenizer: partSchema.nullish(),
  post_processor: partSchema.nullish(),
  model: z.unknown(),
  added_tokens: z.array(addedTokenSchema).nullish(),
});

/**
 * Compiles a tokenizer.
 * @param keepsEnd whether a text that is too long keeps its end and not its beginning. @default false
 * @throws ModelLoadError for parts that are not supported. ZodError for parts that are not as they should be.
 */
export function compileTokenizer(json: z.infer<typeof tokenizerSchema>, keepsEnd = false): Tokenizer {
  const normalize = json.normalizer == null ? (text: string) => text : compileNormalizer(json.normalizer);
  const cut =
    json.pre_tokenizer == null ? (pieces: Iterable<Piece>) => pieces : compilePreTokenizer(json.pre_tokenizer);
  const special = json.post_processor == null ? noSpecialTokens : compileSpecialTokens(json.post_processor);
  const added = compileAddedTokens(json.added_tokens ?? [], normalize);
  const tokensOf = compileWordModel(json.model);

  function* words(text: string): Generator<Piece | number> {
    for (const part of added.inText({ text, first: true })) {
      if (typeof part === 'number') {
        yield part;
        continue;
      }
      const normalized = normalize(part.text);
      // What is left of a text that lost its first character is not where the text begins.
      const first = part.first && normalize(String.fromCodePoint(part.text.codePointAt(0) ?? 0)) !== '';
      for (const piece of added.inNormalized({ text: normalized, first })) {
        if (typeof piece === 'number') yield piece;
        else if (piece.text !== '') yield* cut([piece]);
      }
    }
  }

  return {
    special,
    encode(text, maxTokens) {
      const room = Math.max(0, maxTokens - special.before.length - special.after.length);
      const own: number[] = [];
      for (const word of words(text)) {
        if (typeof word === 'number') own.push(word);
        else if (word.text !== '') for (const id of tokensOf(word.text)) own.push(id);
        // What comes after the last token that fits cannot change it: a long text costs no more than its beginning.
        if (!keepsEnd && own.length >= room) break;
      }
      if (own.length > room) own.splice(keepsEnd ? 0 : room, own.length - room);
      return {
        ids: [...special.before.map(({ id }) => id), ...own, ...special.after.map(({ id }) => id)],
        types: [
          ...special.before.map(({ type }) => type),
          ...own.map(() => special.type),
          ...special.after.map(({ type }) => type),
        ],
      };
    },
  };
}
