import { isSingleElement } from '../../tasks/field-types.ts';
import { camelCase, graphqlName } from '../../tasks/names.ts';
import type { RowPort, RowSignature } from '../../tasks/row-signature.ts';
import type { ModelWords } from './model-words.ts';

/** What a manifest is proposed to say. */
export interface Draft {
  readonly task: string;
  /** Null where the task takes none, or only the server can tell them. */
  readonly features: readonly DraftFeature[] | null;
  /** Null where nobody names the classes, or the task has none. */
  readonly labels: readonly string[] | null;
  /** What turns logits into probabilities; null where the scores are taken as they are. */
  readonly activation: 'softmax' | 'sigmoid' | null;
}

export interface DraftFeature {
  /** The keys of the manifest, in its order. */
  readonly keys: Readonly<Record<string, string | number | boolean>>;
  /** Whether the name only holds the place of a better one. */
  readonly isPlaceholder: boolean;
}

interface Column {
  readonly port: RowPort;
  readonly index: number;
  readonly width: number;
}

/**
 * The features of a table: named by their author, else by their inputs, else as the server would.
 * @param names of all columns in their order; null where nobody names them.
 * @param example a client's input, whose values become examples.
 * @returns null where the number of columns is open and nobody names them, or names do not fit the columns.
 */
export function draftFeatures(
  { inputs }: RowSignature,
  names: readonly string[] | null,
  example: Readonly<Record<string, unknown>>,
): readonly DraftFeature[] | null {
  const columns = columnsOf(inputs, names);
  if (columns === null || (names !== null && names.length !== columns.length)) return null;
  const originals = columns.map((column, index) => names?.[index] ?? ownName(column, inputs.length === 1));
  const fields = readableNames(originals);
  return columns.map((column, index) => {
    const { port, width } = column;
    const name = fields[index] ?? '';
    const original = originals[index] ?? '';
    const isPlaceholder = names === null && width > 1;
    const place = `Column ${column.index + 1} of ${width} of the input ${port.name}`;
    const description = isPlaceholder ? place : name === original ? undefined : original;
    const value = example[graphqlName(name)];
    return {
      keys: {
        name,
        ...(inputs.length > 1 && name !== port.name && { input: port.name }),
        ...(description !== undefined && { description }),
        ...(isScalar(value) && { example: value }),
      },
      isPlaceholder,
    };
  });
}

function columnsOf(inputs: readonly RowPort[], names: readonly string[] | null): readonly Column[] | null {
  const columns: Column[] = [];
  for (const port of inputs) {
    const size = isSingleElement(port) ? 1 : (port.shape?.[0] ?? null);
    const width = typeof size === 'number' ? size : inputs.length === 1 ? (names?.length ?? null) : null;
    if (width === null) return null;
    for (let index = 0; index < width; index += 1) columns.push({ port, index, width });
  }
  return columns;
}

/** As the server names a column of which nobody says more. */
function ownName({ port: { name }, index, width }: Column, isOnly: boolean): string {
  if (width === 1) return name;
  return isOnly ? `x${index}` : `${name}_${index}`;
}

/** Names that are no GraphQL names are made so in the way of GraphQL: `sepal length (cm)` → `sepalLengthCm`. */
function readableNames(originals: readonly string[]): readonly string[] {
  const names = originals.map((name) => (graphqlName(name) === name ? name : camelCase(name)));
  return new Set(names).size === names.length ? names : originals;
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/**
 * The classes: as somebody asked, else as the graph names them, unless it only numbers them and the author's names fit.
 * @param given those of the command line.
 */
export function draftLabels(
  { outputs }: RowSignature,
  words: ModelWords,
  given: readonly string[] | null,
): readonly string[] | null {
  const own = outputs.find(({ classLabels }) => classLabels !== undefined)?.classLabels ?? null;
  const isNumbered = own?.every((label) => /^-?\d+$/.test(label)) === true;
  const fits = own === null || (isNumbered && words.labels?.length === own.length);
  return given ?? (fits ? (words.labels ?? own) : own);
}

/** What makes probabilities of an output that is called logits, where it is the only one that can be the scores. */
export function draftActivation({ outputs }: RowSignature, { isMultiLabel }: ModelWords): Draft['activation'] {
  const [scores, ...others] = outputs.filter(({ datatype, shape }) => datatype.startsWith('FP') && shape?.length === 1);
  if (scores === undefined || others.length > 0 || !/logit/i.test(scores.name)) return null;
  return isMultiLabel || isSingleElement(scores) ? 'sigmoid' : 'softmax';
}
