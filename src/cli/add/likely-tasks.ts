import { isSingleElement } from '../../tasks/field-types.ts';
import type { RowPort, RowSignature } from '../../tasks/row-signature.ts';
import { datatypes } from '../../tensors/datatypes.ts';
import type { ModelWords } from './model-words.ts';

/** What tells the task of a model, besides its signature. */
export interface TaskHints {
  readonly words: ModelWords;
  /** Names of the files that were given with the model. */
  readonly files: ReadonlySet<string>;
}

/** More columns without a name are one tensor for whoever has to fill them in. */
const mostNamelessColumns = 100;
/** Pictures are larger; what is smaller is a table with planes. */
const leastEdge = 8;

/**
 * The tasks that fit the shape of a model, the likeliest first and `tensor`, which fits every one, last. Whether one
 * does fit, and exists, is for others to find out.
 */
export function likelyTasks({ inputs, outputs }: RowSignature, { words, files }: TaskHints): readonly string[] {
  const [only] = inputs.length === 1 ? inputs : [];
  const classes = namesClasses(outputs) || (words.labels !== null && outputs.some(isVector));
  if (files.has('tokenizer.json')) return [...textTasks(outputs, classes), 'tensor'];
  if (only?.datatype === 'BYTES' && isSingleElement(only)) {
    return [...(classes ? ['text-classification', 'tabular-classification'] : ['feature-extraction']), 'tensor'];
  }
  if (only !== undefined && isPicture(only)) {
    const mayBeBoxes = outputs.some(({ shape }) => shape?.length === 2);
    return [
      ...(outputs.some(isVector) ? ['image-classification'] : []),
      ...(mayBeBoxes ? ['object-detection'] : []),
      'tensor',
    ];
  }
  if (!isTable(inputs, words)) return ['tensor'];
  if (classes) return ['tabular-classification', 'tensor'];
  return isOneNumber(outputs) ? ['tabular-regression', 'tensor'] : ['tensor'];
}

/** Tokens go in: a row of vectors comes out of an encoder, and a single one of either. */
function textTasks(outputs: readonly RowPort[], hasClasses: boolean): readonly string[] {
  const isEncoder = outputs.some(({ name, shape }) => /embed|hidden|pool/i.test(name) || shape?.length === 2);
  return isEncoder && !hasClasses
    ? ['feature-extraction', 'text-classification']
    : ['text-classification', 'feature-extraction'];
}

/** Whether the graph names the classes of its scores, or gives a label beside several scores. */
function namesClasses(outputs: readonly RowPort[]): boolean {
  if (outputs.some(({ classLabels }) => classLabels !== undefined)) return true;
  const hasLabel = outputs.some((port) => !isFloat(port) && isSingleElement(port));
  return hasLabel && outputs.some(isVector);
}

function isOneNumber(outputs: readonly RowPort[]): boolean {
  const [only, ...others] = outputs;
  return only !== undefined && others.length === 0 && isFloat(only) && isSingleElement(only);
}

function isTable(inputs: readonly RowPort[], { features }: ModelWords): boolean {
  if (inputs.length === 0 || !inputs.every(({ shape }) => shape !== null && shape.length <= 1)) return false;
  const columns = inputs.map(({ shape }) => (shape?.length === 0 ? 1 : shape?.[0]));
  const isNamed = columns.every((count) => count === 1) || features !== null;
  if (columns.some((count) => typeof count !== 'number')) return inputs.length === 1 && features !== null;
  return isNamed || columns.every((count) => Number(count) <= mostNamelessColumns);
}

/** Height, width and one or three channels, before or behind them. */
function isPicture({ datatype, shape }: RowPort): boolean {
  if (shape?.length !== 3 || (datatype !== 'UINT8' && datatypes[datatype].json !== 'float')) return false;
  const [first = null, , last = null] = shape;
  const edges = isChannels(first) ? shape.slice(1) : isChannels(last) ? shape.slice(0, 2) : [];
  return edges.length > 0 && edges.every((edge) => typeof edge !== 'number' || edge >= leastEdge);
}

function isChannels(dimension: number | string | null): boolean {
  return dimension === 1 || dimension === 3 || (typeof dimension === 'string' && /chan|^c$/i.test(dimension));
}

function isFloat({ datatype }: RowPort): boolean {
  return datatypes[datatype].json === 'float';
}

/** Several floats in a row, as scores are. */
function isVector(port: RowPort): boolean {
  return isFloat(port) && port.shape?.length === 1 && port.shape[0] !== 1;
}
