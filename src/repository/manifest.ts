import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { ModelLoadError } from '../errors.ts';
import type { SchemaNode } from './allowed-values.ts';
import { describeIssues } from './manifest-faults.ts';
import { describeAliases, describeSyntax, type ReadText } from './manifest-syntax.ts';
import { readTextFile } from './text-file.ts';

const feature = z.strictObject({
  name: z.string().min(1).describe('The field in the input type.'),
  input: z
    .string()
    .min(1)
    .optional()
    .describe(
      'The input of the model that takes it. Default: the input of that name, else the only input, in which the features are the columns in their order.',
    ),
  description: z.string().optional().describe('What the value is.'),
  unit: z.string().optional().describe('The unit of the value, such as cm.'),
  type: z
    .enum(['float', 'integer', 'boolean', 'string'])
    .optional()
    .describe('The GraphQL type. Default: what the datatype of the input suggests.'),
  min: z.number().optional().describe('The least value that is accepted.'),
  max: z.number().optional().describe('The greatest value that is accepted.'),
  categories: z.array(z.string()).min(1).optional().describe('The only values that are accepted, for strings.'),
  nullable: z.boolean().default(false).describe('Whether null is accepted. The model then gets NaN, or `missing`.'),
  missing: z
    .union([z.number(), z.string(), z.boolean()])
    .optional()
    .describe('What the model gets for null. Default for floats: NaN.'),
  example: z
    .union([z.number(), z.string(), z.boolean()])
    .optional()
    .describe('A value that fits, for descriptions and for prepared predictions.'),
});

const classification = z.strictObject({
  label: z.string().optional().describe('The output that holds the predicted class.'),
  scores: z.string().optional().describe('The output that holds a score for each class.'),
  value: z.string().optional().describe('The output that holds the predicted value, for regression.'),
  activation: z
    .enum(['none', 'softmax', 'sigmoid'])
    .default('none')
    .describe('What turns the scores into probabilities.'),
});

const positive = z.int().positive();

const labelRule = 'a name that begins with a letter or "_" and goes on with letters, digits, "_", "." and "-"';

/** The manifest `model.yaml`. All of it is optional; a folder without one is served as the task `tensor`. */
export const manifestSchema = z.strictObject({
  task: z.string().default('tensor').describe('What the model does, in the words of the Hugging Face hub.'),
  title: z.string().optional().describe('A title for people.'),
  description: z
    .string()
    .optional()
    .describe('What the model does and from what data it comes; the description of its field in the API.'),
  features: z
    .array(feature)
    .min(1)
    .optional()
    .describe('The input values of a tabular model, in the order of the columns. Default: as the file declares them.'),
  labels: z.array(z.string()).min(1).optional().describe('The classes in the order of the scores.'),
  outputs: classification.prefault({}).describe('Which output of the model is what. Default: found by type and shape.'),
  batching: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Whether rows of different requests share a call.'),
      axis: z.enum(['auto', 'none']).default('auto').describe('none: the first dimension is data and no batch.'),
      maxBatchSize: positive.default(64).describe('The most rows in one call.'),
      maxBatchTokens: positive
        .optional()
        .describe(
          'The most positions in one call, padding included, where rows of different lengths are filled up to the longest. Default: 16384.',
        ),
      padding: z
        .record(z.string(), z.union([z.number(), z.string(), z.boolean()]))
        .optional()
        .describe(
          'Inputs whose open dimensions may be filled up, each with its padding value, so that rows of different lengths share a call. Default: what the task says.',
        ),
      maxDelayMs: z
        .number()
        .min(0)
        .max(1000)
        .default(0)
        .describe('How long an incomplete batch waits for company while an instance is idle, in milliseconds.'),
      maxQueueRows: positive.default(4096).describe('The most rows that may wait; more are refused.'),
    })
    .prefault({})
    .describe('How rows of different requests are merged into calls.'),
  state: z
    .record(z.string(), z.string())
    .optional()
    .describe(
      'Outputs that are fed back as inputs in the next call, such as stateN: state. Clients carry them as one opaque token.',
    ),
  instances: positive.max(64).optional().describe('How many calls run at the same time. Default: 1.'),
  threads: positive
    .max(256)
    .optional()
    .describe('Threads that one call may use. Default: the CPUs, divided by the instances.'),
  timeoutMs: positive
    .max(3_600_000)
    .default(30_000)
    .describe('How long a prediction may take where its request does not say, waiting included, in milliseconds.'),
  maxTimeoutMs: positive
    .max(3_600_000)
    .optional()
    .describe('The longest that a request may ask for by `X-Request-Timeout-Ms`. Default: `timeoutMs`.'),
  rowWeight: positive
    .max(1_000_000)
    .default(1)
    .describe(
      'What one row costs, for limits on what a request may cost. Say 10 for a model that takes ten times as long as others.',
    ),
  versions: z
    .strictObject({
      serve: z
        .union([z.enum(['latest', 'all']), z.array(positive).min(1)])
        .default('latest')
        .describe('Which versions are loaded: the latest, all, or those of a list.'),
      labels: z
        .record(
          z
            .string()
            .regex(/^[A-Za-z_][\w.-]*$/)
            .describe(labelRule),
          positive,
        )
        .default({})
        .describe('Names for versions, such as stable: 2. A version with a name is loaded whatever `serve` says.'),
      acceptBreaking: z
        .array(positive)
        .default([])
        .describe('Versions that may serve although they break what clients of the version before rely on.'),
    })
    .prefault({})
    .describe('Which versions are loaded, and what they are called.'),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** The manifest, with the keys that tasks add to it. */
export type ManifestSchema = z.ZodType<Manifest>;

export type ManifestFeature = Manifest['features'] extends (infer F)[] | undefined ? F : never;

/** The manifest of a folder that has none. */
export const emptyManifest: Manifest = Object.freeze(manifestSchema.parse({}));

/**
 * Reads and checks a manifest.
 * @param schema what is allowed. @default the keys that every task knows
 * @throws ModelLoadError with line, offending value and what is allowed.
 */
export async function readManifest(path: string, schema: ManifestSchema = manifestSchema): Promise<Manifest> {
  const text = await readTextFile(path);
  if (text === null) {
    throw new ModelLoadError('model.yaml is a link to nothing: put the manifest there, or no link.', {
      incomplete: true,
    });
  }
  // A copy begins with an empty file. To read it as a manifest would for that moment undo labels and pinned versions.
  if (text === '') {
    throw new ModelLoadError('model.yaml is empty: write the manifest there, or remove the file.', {
      incomplete: true,
    });
  }
  return parseManifest(text, schema);
}

/** @throws ModelLoadError with line, offending value and what is allowed. */
export function parseManifest(text: string, schema: ManifestSchema = manifestSchema): Manifest {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const read: ReadText = { text, document, lines };
  const refuse = (fault: string) => new ModelLoadError(fault, { incomplete: endsEarly(text) });
  // A tag that nobody knows is only a warning to the parser, which passes over it.
  const syntax = document.errors[0] ?? document.warnings[0];
  if (syntax !== undefined) throw refuse(describeSyntax(read, syntax));
  const value = toPlainValue(read) ?? {};
  const checked = schema.safeParse(value, { reportInput: true });
  if (checked.success) return checked.data;
  throw refuse(describeIssues(read, checked.error.issues, manifestJsonSchema(schema)));
}

/** What is allowed in a manifest as a JSON Schema, in the draft that editors know best. */
export function manifestJsonSchema(schema: ManifestSchema): SchemaNode {
  return z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
}

/** Whether a text that does not fit may have been cut: whole ones end with a line, and zeros are what nobody wrote yet. */
function endsEarly(text: string): boolean {
  return !text.endsWith('\n') || text.includes('\0');
}

/** Aliases are expanded here, and yaml gives up on those that would grow without end. */
function toPlainValue(read: ReadText): unknown {
  try {
    return read.document.toJS();
  } catch (error) {
    throw new ModelLoadError(describeAliases(read, error), { cause: error });
  }
}
