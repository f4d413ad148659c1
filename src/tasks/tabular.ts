import { type GraphQLInputFieldConfig, GraphQLNonNull } from 'graphql';
import { GatewayError } from '../errors.ts';
import { datatypes, type Datatype, type TensorData } from '../tensors/datatypes.ts';
import { halfBits } from '../tensors/half-precision.ts';
import type { NamedTensors, Tensor } from '../tensors/tensor.ts';
import { type FeatureColumn, compileColumn, readElement } from './feature-column.ts';
import { inputType, refuseUnknownNames } from './field-types.ts';
import { distinctNames } from './names.ts';
import { groupFeatures } from './tabular-features.ts';
import type { BoundTask, EncodedRow, EncodedRows, TaskContext, TaskInput } from './task.ts';

/** The side of a tabular task that takes features and makes rows. */
export type BoundFeatures = Pick<BoundTask, 'inputType' | 'features'> & {
  /** @throws GatewayError `BAD_USER_INPUT` */
  encode(input: TaskInput): EncodedRow;
  encodeMany(inputs: readonly TaskInput[]): EncodedRows;
};

/** One input of the graph, ready to be filled from features. */
interface InputPlan {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly width: number;
  /** Room for so many rows. */
  allocate(rows: number): Elements;
  /** Writes one row from a place on. @throws GatewayError `BAD_USER_INPUT`; what is written then is of no meaning. */
  fill(target: Elements, offset: number, input: TaskInput): void;
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
    const width = own.length;
    const allocate = (rows: number) => allocateElements(port.datatype, rows * width);
    return { name: port.name, datatype: port.datatype, shape, width, allocate, fill: filler(port.datatype, own) };
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
      const targets = plans.map((plan) => plan.allocate(1));
      fillRow(plans, targets, 0, input, known);
      return { tensors: columnsOf(plans, targets, 1) };
    },
    encodeMany(inputs) {
      const targets = plans.map((plan) => plan.allocate(inputs.length));
      const refused = new Map<number, GatewayError>();
      let rows = 0;
      for (let place = 0; place < inputs.length; place += 1) {
        try {
          fillRow(plans, targets, rows, inputs[place] as TaskInput, known);
          rows += 1;
        } catch (error) {
          if (!(error instanceof GatewayError)) throw error;
          refused.set(place, error);
        }
      }
      return { block: { rows, columns: columnsOf(plans, targets, rows) }, refused };
    },
  };
}

/** @throws GatewayError `BAD_USER_INPUT`; the next row may be written over this one. */
function fillRow(
  plans: readonly InputPlan[],
  targets: readonly Elements[],
  row: number,
  input: TaskInput,
  known: ReadonlySet<string>,
): void {
  refuseUnknownNames(input, known);
  for (let index = 0; index < plans.length; index += 1) {
    const plan = plans[index] as InputPlan;
    plan.fill(targets[index] as Elements, row * plan.width, input);
  }
}

/** The first rows of what was filled. */
function columnsOf(plans: readonly InputPlan[], targets: readonly Elements[], rows: number): NamedTensors {
  const columns = new Map<string, Tensor>();
  for (const [index, { name, datatype, shape, width }] of plans.entries()) {
    columns.set(name, { datatype, shape, data: dataOf(targets[index] as Elements, rows * width) });
  }
  return columns;
}

function dataOf(target: Elements, length: number): TensorData {
  if (target instanceof Float16Array) return halfBits(target.subarray(0, length));
  if (target.length === length) return target;
  return Array.isArray(target) ? target.slice(0, length) : target.subarray(0, length);
}

function inputField({ info, type }: FeatureColumn): [string, GraphQLInputFieldConfig] {
  return [info.name, { type: info.nullable ? type : new GraphQLNonNull(type), description: info.description }];
}

/** What is written into: what tensors hold, and halves as numbers. */
type Elements = Exclude<TensorData, readonly string[]> | Float16Array | string[];

function allocateElements(datatype: Datatype, length: number): Elements {
  switch (datatype) {
    case 'BYTES':
      return Array<string>(length).fill('');
    case 'INT64':
      return new BigInt64Array(length);
    case 'UINT64':
      return new BigUint64Array(length);
    case 'FP16':
      return new Float16Array(length);
    case 'FP32':
      return new Float32Array(length);
    case 'FP64':
      return new Float64Array(length);
    case 'UINT32':
      return new Uint32Array(length);
    case 'INT32':
      return new Int32Array(length);
    case 'UINT16':
      return new Uint16Array(length);
    case 'INT16':
      return new Int16Array(length);
    case 'INT8':
      return new Int8Array(length);
    case 'UINT8':
    case 'BOOL':
      return new Uint8Array(length);
  }
}

/** The way from an input's features to its elements, chosen by datatype once and not for each row. */
function filler(datatype: Datatype, columns: readonly FeatureColumn[]): InputPlan['fill'] {
  switch (datatypes[datatype].json) {
    case 'string':
      return (target, offset, input) => fillTexts(target as string[], offset, columns, input);
    case 'bigint':
      return (target, offset, input) => fillWide(target as BigInt64Array, offset, columns, input);
    default:
      return (target, offset, input) => fillNumbers(target as Float64Array, offset, columns, input);
  }
}

function fillTexts(target: string[], offset: number, columns: readonly FeatureColumn[], input: TaskInput): void {
  for (const [index, column] of columns.entries()) {
    target[offset + index] = String(readElement(column, own(input, column)));
  }
}

function fillNumbers(
  target: { [index: number]: number },
  offset: number,
  columns: readonly FeatureColumn[],
  input: TaskInput,
): void {
  for (let index = 0; index < columns.length; index += 1) {
    const column = columns[index] as FeatureColumn;
    const value = input[column.info.name];
    // Most values are floats in their range; NaN is in none. The slow way says what is wrong with the others.
    const usable =
      typeof value === 'number' && column.kind === 'float' && value >= column.least && value <= column.greatest;
    target[offset + index] = usable ? value : Number(readElement(column, own(input, column)));
  }
}

function fillWide(
  target: { [index: number]: bigint },
  offset: number,
  columns: readonly FeatureColumn[],
  input: TaskInput,
): void {
  for (const [index, column] of columns.entries()) {
    target[offset + index] = BigInt(readElement(column, own(input, column)));
  }
}

/** A feature may be called `constructor`; what every object inherits under that name is not its value. */
function own(input: TaskInput, { info }: FeatureColumn): unknown {
  return Object.hasOwn(input, info.name) ? input[info.name] : undefined;
}
