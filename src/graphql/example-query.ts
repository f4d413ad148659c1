import {
  getNamedType,
  isCompositeType,
  isObjectType,
  isRequiredArgument,
  parse,
  print,
  type GraphQLField,
} from 'graphql';
import type { GoldenExample } from '../inference/golden.ts';
import type { ServedModel } from '../inference/served-model.ts';
import { zeroRow } from '../inference/zero-row.ts';
import type { RowPort } from '../tasks/row-signature.ts';
import type { FeatureInfo } from '../tasks/task.ts';
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

type Predicting = Pick<ServedModel, 'name' | 'rowSignature' | 'task'>;

/**
 * A prediction with every field of the result, and with the manifest's examples as its input.
 * @param golden an example whose input, or values for tensors, are taken. @default made-up values
 */
export function exampleQuery(
  served: Predicting,
  golden: Pick<GoldenExample, 'row' | 'input'> = { row: new Map(), input: null },
): ExampleQuery {
  const { inputType, outputType } = served.task;
  const { field } = apiNames(served.name);
  const selection = Object.values(outputType.getFields()).map(selectionOf).join(' ');
  const document = `query Predict($input: ${inputType.name}!) { predict { ${field}(input: $input) { ${selection} } } }`;
  return { query: print(parse(document)), variables: exampleVariables(served, golden) };
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

function exampleVariables(
  { rowSignature, task }: Predicting,
  { row, input: given }: Pick<GoldenExample, 'row' | 'input'>,
) {
  if (given !== null) return JSON.stringify(given).length > mostCharacters ? null : { input: given };
  const input: Record<string, unknown> = {};
  for (const { name, type } of Object.values(task.inputType.getFields())) {
    const info = task.features.find((feature) => feature.name === name);
    const original = info?.originalName ?? name;
    const value = exampleValue(getNamedType(type).name, {
      info,
      port: rowSignature.inputs.find((port) => port.name === original),
      row,
    });
    if (value === undefined) return null;
    input[name] = value;
  }
  return { input };
}

interface Known {
  readonly info: FeatureInfo | undefined;
  readonly port: RowPort | undefined;
  readonly row: NamedTensors;
}

/** @returns undefined where no value can be made up. */
function exampleValue(type: string, { info, port, row }: Known): unknown {
  switch (type) {
    case 'Float':
      return info?.example ?? clamp(0, info);
    case 'Int':
    case 'Int64':
      return info?.example ?? Math.ceil(clamp(0, info));
    case 'Boolean':
      return info?.example ?? false;
    case 'String':
      return info?.example ?? info?.categories?.[0] ?? 'text';
    default: {
      if (!type.endsWith('Tensor') || port === undefined) return undefined;
      const tensor = row.get(port.name) ?? zeroRow([port]).get(port.name);
      return tensor === undefined || elementCount(tensor.shape) > mostElements ? undefined : tensorToValues(tensor);
    }
  }
}

function clamp(value: number, info: FeatureInfo | undefined): number {
  return Math.min(Math.max(value, info?.min ?? -Infinity), info?.max ?? Infinity);
}
