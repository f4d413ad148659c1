import { z } from 'zod';
import type { ManifestSection } from '../manifest-section.ts';

/**
 * The most units of UTF-16 in a text, where the manifest does not say. Tokens are made on the thread that answers
 * everybody: the slowest texts of this length take it 10 to 20 ms (docs/decisions/0007-own-tokenizers.md).
 */
const defaultMaxCharacters = 20_000;

const textSchema = z
  .strictObject({
    input: z
      .string()
      .min(1)
      .optional()
      .describe(
        'The input that takes the text, or the ids of its tokens. Default: input_ids, or the only input of strings.',
      ),
    maxTokens: z
      .int()
      .positive()
      .max(1_000_000)
      .optional()
      .describe(
        'How many tokens the model reads, special ones included; longer texts are cut. Default: what tokenizer.json, tokenizer_config.json and the graph allow, else 512.',
      ),
    maxCharacters: z
      .int()
      .positive()
      .max(10_000_000)
      .default(defaultMaxCharacters)
      .describe('How long a text may be, in units of UTF-16; longer ones are refused.'),
    example: z.string().optional().describe('A text that fits, for descriptions and for prepared predictions.'),
  })
  .describe('How a text is taken.');

const embeddingSchema = z
  .strictObject({
    output: z
      .string()
      .min(1)
      .optional()
      .describe('The output that holds the embedding, or one for each token. Default: found by name and shape.'),
    pooling: z
      .enum(['mean', 'cls', 'lastToken', 'pooled'])
      .optional()
      .describe(
        'What makes one embedding of those of the tokens: their mean, the first or the last of them; pooled: the graph has done it. Default: pooled for one embedding in each row, else mean.',
      ),
    normalize: z
      .boolean()
      .default(true)
      .describe('Whether embeddings are brought to length 1 where a query does not say.'),
  })
  .describe('How the embedding is found.');

/** What the manifest says of a text on its way in. */
export const textSection = { key: 'text', schema: textSchema } as const satisfies ManifestSection;

/** What the manifest says of an embedding on its way out. */
export const embeddingSection = { key: 'embedding', schema: embeddingSchema } as const satisfies ManifestSection;
