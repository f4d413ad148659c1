import * as library from '@huggingface/tokenizers';
import { ModelLoadError } from '../../errors.ts';
import type { TokenizerPattern } from './tokenizer-json.ts';

/** Its declarations name files without extensions, which TypeScript does not find in modules of Node. */
const { SplitPreTokenizer } = library as unknown as {
  readonly SplitPreTokenizer: new (config: object) => { readonly pattern: RegExp | null };
};

/**
 * The pattern of a tokenizer as a global RegExp. Hugging Face's library for JavaScript translates the syntax of
 * Oniguruma; what it cannot translate, it refuses.
 * @throws ModelLoadError for a pattern that JavaScript has not.
 */
export function compilePattern(pattern: TokenizerPattern): RegExp {
  if ('String' in pattern) return new RegExp(pattern.String.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&'), 'gu');
  try {
    const { pattern: compiled } = new SplitPreTokenizer({ type: 'Split', pattern, behavior: 'Isolated' });
    if (compiled !== null) return compiled;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ModelLoadError(`tokenizer.json has a pattern that cannot be run here: ${error.message}.`, {
      cause: error,
    });
  }
  throw new ModelLoadError('tokenizer.json has a pattern that is neither a text nor a regular expression.');
}
