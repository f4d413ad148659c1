import { GraphQLNonNull, GraphQLString } from 'graphql';
import { ModelLoadError, badInput, describeValue } from '../../errors.ts';
import { isUsableText } from '../../tensors/elements.ts';
import type { NamedTensors } from '../../tensors/tensor.ts';
import { exampleSentence, requireExample } from '../feature-example.ts';
import { inputType, refuseUnknownNames } from '../field-types.ts';
import { readSection } from '../manifest-section.ts';
import type { BoundTask, EncodedRow, EncodeLimits, PaddingValue, TaskContext, TaskInput } from '../task.ts';
import { textSection } from './sections.ts';
import { type TextPorts, findTextPorts } from './text-ports.ts';
import { tokenRow, type TokenPlan } from './token-row.ts';
import { readTokenizer, type TextTokenizer, tokenizerFileNames } from './tokenizer-files.ts';
import { Turns } from './turns.ts';

/** A row made of a text, and how many of its positions are tokens of the text; null where the graph finds its own. */
export interface TextRow extends EncodedRow {
  readonly about: { readonly tokenCount: number | null };
}

/** The side of a task that takes texts and makes rows. */
export type BoundText = Pick<BoundTask, 'inputType' | 'features' | 'padding'> & {
  /** Whether rows hold tokens, so that `tokenCount` is known. */
  readonly hasTokens: boolean;
  /** A promise only where others have kept the event loop busy enough. @throws GatewayError `BAD_USER_INPUT` */
  encode(input: TaskInput, limits?: EncodeLimits): TextRow | Promise<TextRow>;
};

/** What a task with texts says of itself: its keys of the manifest and the files that it reads. */
export const textParts = { sections: [textSection], reads: tokenizerFileNames } as const;

const field = 'text';

/** How many tokens a model reads where nothing says so: what BERT and those after it were trained with. */
const usualMaxTokens = 512;

/** Texts become tokens up to so many characters, then others are served, then it goes on. */
const charactersPerTurn = 20_000;

/** Turns a text that is short enough into a row. */
type TextReader = (text: string) => TextRow;

/**
 * Binds the input `text`: to the graph's string, or by way of `tokenizer.json` to ids of tokens.
 * @throws ModelLoadError when graph, manifest and tokenizer do not fit, saying what would.
 */
export function bindText(context: TaskContext): BoundText {
  const { manifest, signature, files } = context;
  const options = readSection(manifest, textSection);
  const ports = findTextPorts(signature, options.input);
  const plan = ports.kind === 'string' ? null : planTokens(ports, readTokenizer(files), options.maxTokens);
  if (plan === null && options.maxTokens !== undefined) {
    throw new ModelLoadError(
      'The manifest says text.maxTokens, and this model takes the text itself: say text.maxCharacters.',
    );
  }
  const read = ports.kind === 'string' ? stringReader(ports) : tokenReader(plan);
  const turns = new Turns(charactersPerTurn);
  const { example } = options;
  requireExample({ name: field, example }, GraphQLString, describeLimit(options.maxCharacters), (text) =>
    read(requireText(text, options.maxCharacters)),
  );
  const reads = plan === null ? '' : `, of which the model reads the first ${plan.maxTokens} tokens`;
  const sentences = [`The text, ${describeLimit(options.maxCharacters)}${reads}.`];
  if (example !== undefined) sentences.push(exampleSentence(example));
  const description = sentences.join(' ');
  const known = new Set([field]);
  const feature = { name: field, originalName: null, type: 'String!', description, unit: null, min: null, max: null };
  return {
    inputType: inputType(context, { [field]: { type: new GraphQLNonNull(GraphQLString), description } }),
    features: [{ ...feature, categories: null, nullable: false, example: example ?? null }],
    hasTokens: plan !== null,
    ...(plan !== null && plan.padding !== null ? { padding: plan.padding } : {}),
    encode(input, limits) {
      refuseUnknownNames(input, known);
      const text = requireText(Object.hasOwn(input, field) ? input[field] : undefined, options.maxCharacters);
      return plan === null ? read(text) : turns.take(text.length, () => read(text), limits);
    },
  };
}

function describeLimit(maxCharacters: number): string {
  return `at most ${maxCharacters} characters`;
}

/** GraphQL sees to it that it is a text, but not in examples that are read from files. */
function requireText(text: unknown, maxCharacters: number): string {
  if (typeof text !== 'string') {
    const reason = text === undefined ? 'MISSING' : 'WRONG_TYPE';
    throw badInput({ reason, input: field, expected: 'a text', received: describeValue(text) });
  }
  if (text.length > maxCharacters) {
    const received = `${text.length} characters`;
    throw badInput({ reason: 'WRONG_LENGTH', input: field, expected: describeLimit(maxCharacters), received });
  }
  return text;
}

function refuseText(expected: string, text: string): never {
  throw badInput({ reason: 'INVALID_TEXT', input: field, expected, received: describeValue(text) });
}

function stringReader({ name, shape }: Extract<TextPorts, { kind: 'string' }>): TextReader {
  return (text) => {
    if (!isUsableText(text)) refuseText('a text without NUL and without lone surrogates', text);
    return { tensors: new Map([[name, { datatype: 'BYTES', shape, data: [text] }]]), about: { tokenCount: null } };
  };
}

/** Everything that is needed to make rows of tokens, and to fill them up. */
interface TextPlan extends TokenPlan {
  readonly tokenizer: TextTokenizer['tokenizer'];
  readonly maxTokens: number;
  readonly padding: ReadonlyMap<string, PaddingValue> | null;
}

function planTokens(
  { ports, length }: Extract<TextPorts, { kind: 'tokens' }>,
  found: TextTokenizer | null,
  maxTokens: number | undefined,
): TextPlan {
  if (found === null) {
    throw new ModelLoadError(
      `The model takes ids of tokens, and there is no tokenizer.json: put the one it was trained with beside the model file.`,
    );
  }
  const { tokenizer, padId, padType, padsLeft, tokenLimits } = found;
  if (padsLeft && length !== null) {
    throw new ModelLoadError(
      `The tokenizer fills texts up to the left, and the graph takes exactly ${length} tokens: export it with an open number of tokens.`,
    );
  }
  const limits = [maxTokens, length, ...tokenLimits].filter((limit) => limit != null);
  const most = limits.length === 0 ? usualMaxTokens : Math.min(...limits);
  const around = tokenizer.special.before.length + tokenizer.special.after.length;
  if (most <= around) {
    throw new ModelLoadError(`A text may have ${most} tokens, and the tokenizer puts ${around} around each text.`);
  }
  const pads = { ids: padId, mask: 0, types: padType, positions: 0 } as const;
  // Without a mask the model would take what fills up for text.
  const fillsUp = length === null && !padsLeft && ports.some(({ role }) => role === 'mask');
  return {
    tokenizer,
    maxTokens: most,
    ports,
    length,
    pads,
    padding: fillsUp ? new Map(ports.map(({ name, role }) => [name, pads[role]])) : null,
  };
}

function tokenReader(plan: TextPlan | null): TextReader {
  if (plan === null) throw new TypeError('Tokens need a plan');
  return (text) => {
    if (!text.isWellFormed()) refuseText('a text without lone surrogates', text);
    const tokens = plan.tokenizer.encode(text, plan.maxTokens);
    const tokenCount = tokens.ids.length;
    if (tokenCount === 0) refuseText('a text in which the tokenizer finds something', text);
    const tensors: NamedTensors = tokenRow(plan, tokens);
    return { tensors, about: { tokenCount } };
  };
}
