import { readFileSync } from 'node:fs';

/** What `training/tokenizer_fixtures.py` made: texts, and the ids that Hugging Face's own library makes of them. */
interface Expected {
  readonly texts: readonly string[];
  readonly expected: Readonly<
    Record<
      string,
      {
        /** For each text. */
        readonly whole: readonly (readonly number[])[];
        /** For each text of more than 8 tokens, in order. */
        readonly cutTo8: readonly (readonly number[])[];
      }
    >
  >;
}

/** The file `tokenizer.json` of a small tokenizer: `wordpiece`, `bpe-roberta`, `unigram-xlmr` and so on. */
export function tokenizerFile(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/tokenizers/${name}.json`, import.meta.url));
}

/** The small tokenizers with what they must give. */
export function expectedTokens(): Expected {
  return JSON.parse(tokenizerFile('expected').toString()) as Expected;
}
