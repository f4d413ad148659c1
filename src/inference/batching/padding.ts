import { GatewayError, ModelLoadError } from '../../errors.ts';
import type { RowPort, RowSignature } from '../../tasks/row-signature.ts';
import type { PaddingValue } from '../../tasks/task.ts';
import { cropTensor, padTensor } from '../../tensors/padding.ts';
import type { NamedTensors, Tensor } from '../../tensors/tensor.ts';
import { valuesToTensor } from '../../tensors/values.ts';

/** One input whose open dimensions may be filled up. */
interface PaddedInput {
  readonly name: string;
  /** The padding value as an element of the input's datatype. */
  readonly value: number | bigint | string;
  /** For each dimension of a row its key where it is open, else null. Dimensions of one name have one key. */
  readonly keys: readonly (string | null)[];
}

/** The sizes of open dimensions by their keys. */
export type OpenSizes = ReadonlyMap<string, number>;

/** How the rows of one served version may be filled up to share a call. */
export class Padding {
  readonly #inputs: readonly PaddedInput[];
  /** For each output the keys of the dimensions that padding makes longer. */
  readonly #outputs: ReadonlyMap<string, readonly (string | null)[]>;

  /**
   * @param values the padding value of each input that may be filled up.
   * @throws ModelLoadError when an input is missing, has no open dimension, or cannot hold its value.
   */
  constructor({ inputs, outputs }: RowSignature, values: ReadonlyMap<string, PaddingValue>) {
    this.#inputs = [...values].map(([name, value]) => compileInput(name, value, inputs));
    const known = new Set(this.#inputs.flatMap(({ keys }) => keys));
    this.#outputs = new Map(
      outputs.map(({ name, shape }) => [
        name,
        (shape ?? []).map((size) => (typeof size === 'string' && known.has(size) ? size : null)),
      ]),
    );
  }

  /** Whether two rows could share a call: the same but for the sizes of dimensions that may be filled up. */
  fits(one: NamedTensors, other: NamedTensors): boolean {
    if (one.size !== other.size) return false;
    for (const [name, { datatype, shape }] of one) {
      const theirs = other.get(name);
      if (theirs?.datatype !== datatype || theirs.shape.length !== shape.length) return false;
      const keys = this.#inputs.find((input) => input.name === name)?.keys;
      if (!shape.every((size, index) => size === theirs.shape[index] || typeof keys?.[index] === 'string'))
        return false;
    }
    return true;
  }

  /** The sizes that the open dimensions have in a row. */
  sizesOf(row: NamedTensors): OpenSizes {
    const sizes = new Map<string, number>();
    for (const { name, keys } of this.#inputs) {
      const shape = row.get(name)?.shape ?? [];
      for (const [index, key] of keys.entries()) {
        // A row of unequal sizes under one name is filled up to the greatest: the model then sees what it declared.
        if (key !== null) sizes.set(key, Math.max(sizes.get(key) ?? 0, shape[index] ?? 0));
      }
    }
    return sizes;
  }

  /** The positions of a row of these sizes, in the input that has the most: for texts the tokens. */
  positionsOf(sizes: OpenSizes): number {
    let most = 1;
    for (const { keys } of this.#inputs) {
      let positions = 1;
      for (const key of keys) if (key !== null) positions *= Math.max(sizes.get(key) ?? 1, 1);
      most = Math.max(most, positions);
    }
    return most;
  }

  /** The row with its open dimensions filled up to these sizes. The row itself where nothing is missing. */
  fill(row: NamedTensors, sizes: OpenSizes): NamedTensors {
    let filled: Map<string, Tensor> | null = null;
    for (const { name, keys, value } of this.#inputs) {
      const tensor = row.get(name);
      if (tensor === undefined) continue;
      const shape = tensor.shape.map((size, index) => sizes.get(keys[index] ?? '') ?? size);
      const padded = padTensor(tensor, shape, value);
      if (padded === tensor) continue;
      filled ??= new Map(row);
      filled.set(name, padded);
    }
    return filled ?? row;
  }

  /** An output of one row as if the row had never been filled up: cut back along dimensions of the same name. */
  cut(name: string, tensor: Tensor, sizes: OpenSizes): Tensor {
    const keys = this.#outputs.get(name);
    if (keys === undefined || keys.every((key) => key === null)) return tensor;
    return cropTensor(
      tensor,
      tensor.shape.map((size, index) => Math.min(size, sizes.get(keys[index] ?? '') ?? size)),
    );
  }
}

/** Sizes that hold every one of these. */
export function greatestSizes(all: readonly OpenSizes[]): OpenSizes {
  const greatest = new Map<string, number>();
  for (const sizes of all) {
    for (const [key, size] of sizes) greatest.set(key, Math.max(greatest.get(key) ?? 0, size));
  }
  return greatest;
}

function compileInput(name: string, value: PaddingValue, inputs: readonly RowPort[]): PaddedInput {
  const port = inputs.find((input) => input.name === name);
  const says = `The manifest says batching.padding: ${name}`;
  if (port === undefined) {
    throw new ModelLoadError(`${says}, and the model has the inputs ${inputs.map((input) => input.name).join(', ')}.`);
  }
  const keys = (port.shape ?? []).map((size, index) => {
    if (typeof size === 'number') return null;
    return size === null || size === '' ? `${name}:${index}` : size;
  });
  if (keys.every((key) => key === null)) {
    throw new ModelLoadError(`${says}, and this input has no open dimension besides that of the batch.`);
  }
  return { name, value: elementOf(port, value, says), keys };
}

function elementOf({ datatype }: RowPort, value: PaddingValue, says: string): number | bigint | string {
  try {
    const given = typeof value === 'bigint' ? String(value) : value;
    const [element] = valuesToTensor([given], datatype, [1], 'padding').data;
    if (element !== undefined) return element;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
  }
  throw new ModelLoadError(`${says}: ${String(value)}, which is no ${datatype}.`);
}
