import { z } from 'zod';
import { compileCharsmap } from './charsmap.ts';
import { compilePattern } from './patterns.ts';
import { makePart, makeParts, patternSchema, type TokenizerPart } from './tokenizer-json.ts';

/** Rewrites a text before it is cut into words. */
export type Normalizer = (text: string) => string;

const bertSchema = z.object({
  clean_text: z.boolean().default(true),
  handle_chinese_chars: z.boolean().default(true),
  strip_accents: z.boolean().nullish(),
  lowercase: z.boolean().default(true),
});
const stripSchema = z.object({ strip_left: z.boolean().default(true), strip_right: z.boolean().default(true) });
const replaceSchema = z.object({ pattern: patternSchema, content: z.string() });

/**
 * Compiles the normalizer of a `tokenizer.json`.
 * @throws ModelLoadError for one that is not supported.
 */
export function compileNormalizer(part: TokenizerPart): Normalizer {
  return makePart('normalizer', part, {
    BertNormalizer: (given) => bertNormalizer(bertSchema.parse(given)),
    NFC: () => (text) => text.normalize('NFC'),
    NFD: () => (text) => text.normalize('NFD'),
    NFKC: () => (text) => text.normalize('NFKC'),
    NFKD: () => (text) => text.normalize('NFKD'),
    Lowercase: () => lowercase,
    StripAccents: () => (text) => text.replaceAll(/\p{M}/gu, ''),
    Strip: (given) => strip(stripSchema.parse(given)),
    Prepend(given) {
      const { prepend } = z.object({ prepend: z.string() }).parse(given);
      return (text) => (text === '' ? '' : prepend + text);
    },
    Replace(given) {
      const { pattern, content } = replaceSchema.parse(given);
      const compiled = compilePattern(pattern);
      // A function, because `$` means something in a text.
      return (text) => text.replaceAll(compiled, () => content);
    },
    Precompiled: (given) => compileCharsmap(z.object({ precompiled_charsmap: z.base64() }).parse(given)),
    Sequence(given) {
      const steps = makeParts(given['normalizers'], compileNormalizer);
      return (text) => steps.reduce((normalized, step) => step(normalized), text);
    },
  });
}

/** Character by character, as Rust does it: JavaScript alone knows that a sigma at the end of a word looks different. */
function lowercase(text: string): string {
  return text.replaceAll('Σ', 'σ').toLowerCase();
}

function strip({ strip_left: left, strip_right: right }: z.infer<typeof stripSchema>): Normalizer {
  return (text) => {
    const start = left ? text.search(/\P{White_Space}|$/u) : 0;
    let end = text.length;
    if (right) while (end > start && /\p{White_Space}/u.test(text.charAt(end - 1))) end -= 1;
    return text.slice(start, end);
  };
}

/** What belongs to no text, white space apart, which becomes spaces. Source: BertNormalizer of Hugging Face tokenizers. */
const unclean = /[^\P{Cc}\t\n\r]|[\p{Cf}\p{Co}\uFFFD]/gu;

/**
 * Blocks of CJK ideographs, which are words of their own. Source: BertNormalizer of Hugging Face, where one block begins
 * at U+2B920 and not at U+2B820 as in BERT.
 */
const ideograph =
  /[\u4E00-\u9FFF\u3400-\u4DBF\u{20000}-\u{2A6DF}\u{2A700}-\u{2B73F}\u{2B740}-\u{2B81F}\u{2B920}-\u{2CEAF}\uF900-\uFAFF\u{2F800}-\u{2FA1F}]/gu;

function bertNormalizer(options: z.infer<typeof bertSchema>): Normalizer {
  const stripsAccents = options.strip_accents ?? options.lowercase;
  return (given) => {
    let text = given;
    if (options.clean_text) text = text.replaceAll(unclean, '').replaceAll(/\p{White_Space}/gu, ' ');
    if (options.handle_chinese_chars) text = text.replaceAll(ideograph, ' $& ');
    if (stripsAccents) text = text.normalize('NFD').replaceAll(/\p{Mn}/gu, '');
    return options.lowercase ? lowercase(text) : text;
  };
}
