import type { Datatype, TensorData } from './datatypes.ts';

/** A value of a model: `data` holds the product of `shape` elements in row-major order. A scalar has shape `[]`. */
export interface Tensor {
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/**
 * Tensors by the name that the model's file gives them. As a *row*, the tensors of one item without the batch
 * dimension; as a *batch*, the tensors of one call with it.
 */
export type NamedTensors = ReadonlyMap<string, Tensor>;

/** How many elements a shape holds; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const size of shape) count *= size;
  return count;
}
