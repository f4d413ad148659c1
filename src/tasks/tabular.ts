import { type GraphQLInputFieldConfig, GraphQLNonNull } from 'graphql';
import type { Datatype, TensorData } from '../tensors/datatypes.ts';
import { halfBits } from '../tensors/half-precision.ts';
import type { Tensor } from '../tensors/tensor.ts';
import { type FeatureColumn, compileColumn, readElement } from './feature-column.ts';
import { inputType, refuseUnknownNames } from './field-types.ts';
import { distinctNames } from './names.ts';
import { groupFeatures } from './tabular-features.ts';
import type { BoundTask, EncodedRow, TaskContext, TaskInput } from './task.ts';

/** The side of a tabular task that takes features and makes rows. */
export type BoundFeatures = Pick<BoundTask, 'inputType' | 'features'> & {
  /** @throws GatewayError `BAD_USER_INPUT` */
  encode(input: TaskInput): EncodedRow;
};

/** One input of the graph, ready to be filled from features. */
interface InputPlan {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  fill(input: TaskInput): TensorData;
}

/**
 * Compiles the features of a tabular model into a plan that fills one row of its inputs.
 * @throws ModelLoadError when manifest and signature do not fit.
 */
export function bindFeatures(context: TaskContext): BoundFeatures {
  const groups = groupFeatures(context);
  const names = distinctNames(
    groups.flatMap(({ features }) => features.map(({ name }) => name)),
    'features',
  );
  const columns: FeatureColumn[] = [];
  const plans = groups.map(({ port, features }): InputPlan => {
    const own = features.map((feature, index) =>
      compileColumn(feature, names[columns.length + index] ?? '', port.datatype, context.types),
    );
    columns.push(...own);
    const shape = port.shape?.length === 0 ? [] : [own.length];
    return { name: port.name, datatype: port.datatype, shape, fill: filler(port.datatype, own) };
  });
  const known = new Set(names);
  const listed = new Map(context.manifest.features?.map(({ name }, index) => [name, index]));
  const place = ({ info }: FeatureColumn) => listed.get(info.originalName ?? info.name) ?? 0;
  // The manifest's order is for readers, that of the columns for the model.
  const fields = columns.toSorted((one, other) => place(one) - place(other));
  return {
    inputType: inputType(context, Object.fromEntries(fields.map(inputField))),
    features: fields.map(({ info }) => info),
    encode(input) {
      refuseUnknownNames(input, known);
      const row = new Map<string, Tensor>();
      for (const plan of plans) {
        row.set(plan.name, { datatype: plan.datatype, shape: plan.shape, data: plan.fill(input) });
      }
      return { tensors: row };
    },
  };
}

function inputField({ info, type }: FeatureColumn): [string, GraphQLInputFieldConfig] {
  return [info.name, { type: info.nullable ? type : new GraphQLNonNull(type), description: info.description }];
}

/** The way from an input's features to its elements, chosen by datatype once and not for each row. */
function filler(datatype: Datatype, columns: readonly FeatureColumn[]): (input: TaskInput) => TensorData {
  const width = columns.length;
  switch (datatype) {
    case 'BYTES':
      return (input) => columns.map((column) => String(readElement(column, own(input, column))));
    case 'INT64':
      return (input) => fillWide(new BigInt64Array(width), columns, input);
    case 'UINT64':
      return (input) => fillWide(new BigUint64Array(width), columns, input);
    case 'FP16':
      return (input) => halfBits(fillNumbers(new Float16Array(width), columns, input));
    case 'FP32':
      return (input) => fillNumbers(new Float32Array(width), columns, input);
    case 'FP64':
      return (input) => fillNumbers(new Float64Array(width), columns, input);
    case 'UINT32':
      return (input) => fillNumbers(new Uint32Array(width), columns, input);
    case 'INT32':
      return (input) => fillNumbers(new Int32Array(width), columns, input);
    case 'UINT16':
      return (input) => fillNumbers(new Uint16Array(width), columns, input);
    case 'INT16':
      return (input) => fillNumbers(new Int16Array(width), columns, input);
    case 'INT8':
      return (input) => fillNumbers(new Int8Array(width), columns, input);
    case 'UINT8':
    case 'BOOL':
      return (input) => fillNumbers(new Uint8Array(width), columns, input);
  }
}

function fillNumbers<Target extends { [index: number]: number }>(
  target: Target,
  columns: readonly FeatureColumn[],
  input: TaskInput,
): Target {
  for (let index = 0; index < columns.length; index += 1) {
    const column = columns[index] as FeatureColumn;
    const value = input[column.info.name];
    // Most values are floats in their range; NaN is in none. The slow way says what is wrong with the others.
    const usable =
      typeof value === 'number' && column.kind === 'float' && value >= column.least && value <= column.greatest;
    (target as { [index: number]: number })[index] = usable ? value : Number(readElement(column, own(input, column)));
  }
  return target;
}

function fillWide<Target extends BigInt64Array | BigUint64Array>(
  target: Target,
  columns: readonly FeatureColumn[],
  input: TaskInput,
): Target {
  for (const [index, column] of columns.entries()) target[index] = BigInt(readElement(column, own(input, column)));
  return target;
}

/** A feature may be called `constructor`; what every object inherits under that name is not its value. */
function own(input: TaskInput, { info }: FeatureColumn): unknown {
  return Object.hasOwn(input, info.name) ? input[info.name] : undefined;
}
