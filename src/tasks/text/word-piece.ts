import { z } from 'zod';
import type { TokenizerPart } from './tokenizer-json.ts';
import { requireId, vocabularySchema, type WordModel } from './vocabulary.ts';

const schema = z.object({
  vocab: vocabularySchema,
  unk_token: z.string().default('[UNK]'),
  continuing_subword_prefix: z.string().default('##'),
  max_input_chars_per_word: z.number().default(100),
});

/**
 * WordPiece, as BERT has it: the longest token that the word begins with, then the longest that the rest begins with. A
 * word that leaves a rest without any, or has too many characters, is unknown as a whole.
 */
export function compileWordPiece(part: TokenizerPart): WordModel {
  const options = schema.parse(part);
  const { continuing_subword_prefix: prefix, max_input_chars_per_word: maxCharacters } = options;
  const tokens = new Map(Object.entries(options.vocab));
  const unknown = requireId(tokens, options.unk_token, 'unk_token');
  let longest = 1;
  for (const token of tokens.keys()) longest = Math.max(longest, token.length);
  return (word) => {
    const ids: number[] = [];
    // A character is one or two units of UTF-16.
    let start = word.length > maxCharacters && characterCount(word) > maxCharacters ? -1 : 0;
    while (start !== -1 && start < word.length) {
      let end = Math.min(word.length, start + longest);
      let id: number | undefined;
      for (; end > start && id === undefined; end -= 1) {
        const piece = word.slice(start, end);
        id = tokens.get(start === 0 ? piece : prefix + piece);
      }
      if (id === undefined) start = -1;
      else {
        ids.push(id);
        start = end + 1;
      }
    }
    return start === -1 ? [unknown] : ids;
  };
}

function characterCount(word: string): number {
  let count = 0;
  for (const _ of word) count += 1;
  return count;
}
