import { z } from 'zod';
import { ModelLoadError } from '../../errors.ts';
import { parseJsonFile } from '../json-file.ts';
import { compileTokenizer, type Tokenizer, tokenizerSchema } from './tokenizer.ts';
import { idSchema } from './vocabulary.ts';

/** The files beside the model that say how a text becomes tokens, as Hugging Face writes them. */
export const tokenizerFileNames = ['tokenizer.json', 'tokenizer_config.json'] as const;

/** A tokenizer with what its files say of filling up and cutting. */
export interface TextTokenizer {
  readonly tokenizer: Tokenizer;
  readonly padId: number;
  /** The type of a token that only fills up. */
  readonly padType: number;
  /** Whether the tokenizer fills up to the left, as it does for models that go on writing. */
  readonly padsLeft: boolean;
  /** The most tokens by each of the files that say so; may be empty. */
  readonly tokenLimits: readonly number[];
}

const side = z.string().transform((word) => word.toLowerCase());
const fileSchema = tokenizerSchema.extend({
  truncation: z.looseObject({ max_length: z.int().positive(), direction: side.default('right') }).nullish(),
  padding: z
    .looseObject({ pad_id: idSchema, pad_type_id: z.int().default(0), direction: side.default('right') })
    .nullish(),
});
const namedToken = z.union([z.string(), z.looseObject({ content: z.string() })]);
const configSchema = z.looseObject({
  model_max_length: z.number().nullish(),
  pad_token: namedToken.nullish(),
  padding_side: side.nullish(),
  truncation_side: side.nullish(),
});

/** Files without a limit say 10^30. */
const greatestLimit = 1_000_000;

const usualPadTokens = ['[PAD]', '<pad>'];

/**
 * Reads and compiles the tokenizer of a model.
 * @returns null without a `tokenizer.json`.
 * @throws ModelLoadError for files that cannot be read, and for parts that are not supported.
 */
export function readTokenizer(files: ReadonlyMap<string, Buffer>): TextTokenizer | null {
  const [fileName, configName] = tokenizerFileNames;
  const content = files.get(fileName);
  if (content === undefined) return null;
  const json = readJson(fileName, content, fileSchema);
  const configContent = files.get(configName);
  const config = configContent === undefined ? {} : readJson(configName, configContent, configSchema);
  const keepsEnd = (json.truncation?.direction ?? config.truncation_side) === 'left';
  const limits = [json.truncation?.max_length, config.model_max_length];
  return {
    tokenizer: withReadableFaults(fileName, () => compileTokenizer(json, keepsEnd)),
    padId: json.padding?.pad_id ?? namedPadId(json, config.pad_token) ?? 0,
    padType: json.padding?.pad_type_id ?? 0,
    padsLeft: (json.padding?.direction ?? config.padding_side) === 'left',
    tokenLimits: limits.filter((limit) => limit != null && limit >= 1 && limit <= greatestLimit) as number[],
  };
}

function namedPadId(
  { added_tokens: added }: z.infer<typeof fileSchema>,
  token: z.infer<typeof namedToken> | null | undefined,
): number | undefined {
  const named = typeof token === 'string' ? token : token?.content;
  const names = named === undefined ? usualPadTokens : [named, ...usualPadTokens];
  for (const name of names) {
    const found = added?.find(({ content }) => content === name);
    if (found !== undefined) return found.id;
  }
  return undefined;
}

function readJson<Schema extends z.ZodType>(name: string, content: Buffer, schema: Schema): z.output<Schema> {
  const value = parseJsonFile(name, content);
  return withReadableFaults(name, () => schema.parse(value));
}

function withReadableFaults<Made>(name: string, make: () => Made): Made {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const [issue] = error.issues;
    const place = issue?.path.join('.') ?? '';
    throw new ModelLoadError(
      `${name} is not as it should be: ${place === '' ? '' : `${place}: `}${issue?.message ?? ''}.`,
      {
        cause: error,
      },
    );
  }
}
