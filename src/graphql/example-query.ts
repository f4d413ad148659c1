import {
  getNamedType,
  isCompositeType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  parse,
  print,
  type GraphQLField,
} from 'graphql';
import type { GoldenExample } from '../inference/golden.ts';
import type { ServedModel } from '../inference/served-model.ts';
import { zeroRow } from '../inference/zero-row.ts';
import type { RowPort } from '../tasks/row-signature.ts';
import type { FeatureInfo } from '../tasks/task.ts';
import { fromHalfBits } from '../tensors/half-precision.ts';
import { elementCount, type NamedTensors } from '../tensors/tensor.ts';
import { tensorToValues } from '../tensors/values.ts';
import { apiNames } from './api-names.ts';

/** An operation that can be sent as it is: its keys are those of a request. */
export interface ExampleQuery {
  readonly query: string;
  /** Null where an input is too large to be shown, or nobody can make one up. */
  readonly variables: Readonly<Record<string, unknown>> | null;
}

/** Tensors with more elements fill the screen and show nothing. */
const mostElements = 1000;
/** As do longer inputs: a small picture fits. */
const mostCharacters = 8000;

export type Predicting = Pick<ServedModel, 'name' | 'rowSignature' | 'task'>;

/** What is taken of a golden example. */
export type ExampleSource = Pick<GoldenExample, 'row' | 'input'>;

const noGolden: ExampleSource = { row: new Map(), input: null };

/**
 * A prediction with every field of the result, and with a golden example or the manifest's examples as its input. The
 * operation is called as the model's field.
 * @param golden an example whose input, or values for tensors and for features without an example, are taken.
 *   @default made-up values
 */
export function exampleQuery(served: Predicting, golden: ExampleSource = noGolden): ExampleQuery {
  return { query: print(parse(exampleDocument(served))), variables: exampleVariables(served, golden) };
}

/** The document of the example, on one line. */
export function exampleDocument({ name, task: { inputType, outputType } }: Predicting): string {
  const { field } = apiNames(name);
  const selection = Object.values(outputType.getFields()).map(selectionOf).filter(Boolean).join(' ');
  return `query ${field}($input: ${inputType.name}!) { predict { ${field}(input: $input) { ${selection} } } }`;
}

/** A field with what lies below it; empty where that needs arguments. `meta` is the same for every model. */
function selectionOf(field: GraphQLField<unknown, unknown>): string {
  if (field.name === 'meta' || field.args.some(isRequiredArgument)) return '';
  const type = getNamedType(field.type);
  if (!isCompositeType(type)) return field.name;
  if (!isObjectType(type)) return '';
  // Of values and the same in base64 one is enough.
  const leaves = Object.values(type.getFields()).filter((below) => getNamedType(below.type).name !== 'Base64');
  const selection = leaves.filter((below) => !isCompositeType(getNamedType(below.type))).map(({ name }) => name);
  return selection.length === 0 ? '' : `${field.name} { ${selection.join(' ')} }`;
}

function exampleVariables(served: Predicting, golden: ExampleSource): Record<string, unknown> | null {
  if (golden.input !== null) {
    return JSON.stringify(golden.input).length > mostCharacters ? null : { input: golden.input };
  }
  const input: Record<string, unknown> = {};
  for (const [name, value] of exampleFields(served, golden)) {
    if (value === undefined) return null;
    input[name] = value;
  }
  return { input };
}

/** The fields of an input with a value each; undefined where one is too large to be shown, or nobody can make one up. */
export function exampleFields({ rowSignature: { inputs }, task }: Predicting, { row }: ExampleSource) {
  const fields: (readonly [name: string, value: unknown])[] = [];
  for (const field of Object.values(task.inputType.getFields())) {
    const index = task.features.findIndex((feature) => feature.name === field.name);
    const info = task.features[index];
    const own = inputs.find((port) => port.name === (info?.originalName ?? field.name));
    const [only] = inputs.length === 1 ? inputs : [];
    // Features that share an input are its columns.
    const element = own === undefined ? elementAt(row, only, index) : elementAt(row, own, 0);
    const value = exampleValue(getNamedType(field.type).name, { info, port: own, row, element });
    if (value !== undefined || isRequiredInputField(field)) fields.push([field.name, value]);
  }
  return fields;
}

/** One element of a row, as JSON has it; undefined where the row has none there, or JSON has no number for it. */
function elementAt(row: NamedTensors, port: RowPort | undefined, index: number): number | string | undefined {
  const tensor = port && row.get(port.name);
  if (tensor === undefined) return undefined;
  const { datatype, data } = tensor;
  const value = datatype === 'FP16' && data instanceof Uint16Array ? fromHalfBits(data)[index] : data[index];
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value !== 'number') return value;
  if (!Number.isFinite(value)) return undefined;
  // What a float of 32 bits is told from its neighbours by: 5.1, and not 5.099999904632568.
  return datatype === 'FP32' || datatype === 'FP16' ? Number(value.toPrecision(7)) : value;
}

interface Known {
  readonly info: FeatureInfo | undefined;
  readonly port: RowPort | undefined;
  readonly row: NamedTensors;
  /** What the row has for it, where that is one element. */
  readonly element: number | string | undefined;
}

/** @returns undefined where no value can be made up. */
function exampleValue(type: string, { info, port, row, element }: Known): unknown {
  const given = info?.example ?? (isAccepted(element, info) ? element : undefined);
  switch (type) {
    case 'Float':
      return given ?? clamp(0, info);
    case 'Int':
    case 'Int64':
      return given ?? Math.ceil(clamp(0, info));
    case 'Boolean':
      return typeof given === 'number' ? given !== 0 : (given ?? false);
    case 'String':
      return typeof given === 'string' ? given : (info?.categories?.[0] ?? 'text');
    default: {
      if (!type.endsWith('Tensor') || port === undefined) return undefined;
      const tensor = row.get(port.name) ?? zeroRow([port]).get(port.name);
      return tensor === undefined || elementCount(tensor.shape) > mostElements ? undefined : tensorToValues(tensor);
    }
  }
}

/** Whether a feature takes it: what a golden example gives the graph need not be what the manifest lets clients send. */
function isAccepted(element: number | string | undefined, info: FeatureInfo | undefined): boolean {
  if (typeof element === 'string') return info?.categories?.includes(element) ?? true;
  return element === undefined || clamp(element, info) === element;
}

function clamp(value: number, info: FeatureInfo | undefined): number {
  return Math.min(Math.max(value, info?.min ?? -Infinity), info?.max ?? Infinity);
}
