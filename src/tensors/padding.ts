import { datatypes, type TensorData } from './datatypes.ts';
import { elementCount, type Tensor } from './tensor.ts';

type MutableData = Exclude<TensorData, readonly string[]> | string[];

/**
 * The tensor in a larger shape of the same rank, its elements at the front of every dimension and `value` behind them.
 * @param value an element of the tensor's datatype.
 * @returns the tensor itself where it has that shape.
 */
export function padTensor(tensor: Tensor, shape: readonly number[], value: number | bigint | string): Tensor {
  if (isSame(tensor.shape, shape)) return tensor;
  const data = newData(tensor, elementCount(shape));
  // A typed array takes elements of its own kind only, which the caller promises.
  if (Array.isArray(data)) data.fill(String(value));
  else (data as Float64Array).fill(value as number);
  copyBlock(tensor.data, tensor.shape, data, shape, tensor.shape);
  return { datatype: tensor.datatype, shape, data };
}

/**
 * The front of a tensor in every dimension.
 * @param shape of the same rank, no size greater than the tensor's.
 * @returns the tensor itself where it has that shape.
 */
export function cropTensor(tensor: Tensor, shape: readonly number[]): Tensor {
  if (isSame(tensor.shape, shape)) return tensor;
  const data = newData(tensor, elementCount(shape));
  copyBlock(tensor.data, tensor.shape, data, shape, shape);
  return { datatype: tensor.datatype, shape, data };
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.every((size, index) => size === other[index]);
}

function newData({ datatype }: Tensor, length: number): MutableData {
  const { array: TypedArray, bytes } = datatypes[datatype];
  if (TypedArray === null || bytes === null) return Array<string>(length).fill('');
  return new TypedArray(new ArrayBuffer(length * bytes));
}

/** Copies the elements of a block at the origin from one row-major array into another, run by run of the last dimension. */
function copyBlock(
  source: TensorData,
  sourceShape: readonly number[],
  target: MutableData,
  targetShape: readonly number[],
  block: readonly number[],
): void {
  const run = block.at(-1) ?? 1;
  const runs = elementCount(block.slice(0, -1));
  if (elementCount(block) === 0) return;
  const place = block.slice(0, -1).map(() => 0);
  for (let done = 0; done < runs; done += 1) {
    const from = offsetOf(place, sourceShape);
    const to = offsetOf(place, targetShape);
    for (let index = 0; index < run; index += 1) {
      (target as (typeof source)[number][])[to + index] = source[from + index] as (typeof source)[number];
    }
    for (let axis = place.length - 1; axis >= 0; axis -= 1) {
      place[axis] = (place[axis] ?? 0) + 1;
      if ((place[axis] ?? 0) < (block[axis] ?? 0)) break;
      place[axis] = 0;
    }
  }
}

/** Where the run of a place begins; the place lacks the last dimension. */
function offsetOf(place: readonly number[], shape: readonly number[]): number {
  let offset = 0;
  for (const [axis, size] of shape.entries()) offset = offset * size + (place[axis] ?? 0);
  return offset;
}
