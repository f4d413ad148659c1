import type { RowPort } from '../tasks/row-signature.ts';
import { datatypes } from '../tensors/datatypes.ts';
import { elementCount, type NamedTensors, type Tensor } from '../tensors/tensor.ts';

/** A made-up row: zeros, false and empty strings; free dimensions are 1. */
export function zeroRow(ports: readonly RowPort[]): NamedTensors {
  return new Map(ports.map((port) => [port.name, zeroTensor(port)]));
}

function zeroTensor({ datatype, shape: pattern }: RowPort): Tensor {
  const shape = (pattern ?? []).map((dimension) => (typeof dimension === 'number' ? dimension : 1));
  const { array: TypedArray, bytes } = datatypes[datatype];
  const count = elementCount(shape);
  if (TypedArray === null || bytes === null) return { datatype, shape, data: Array<string>(count).fill('') };
  return { datatype, shape, data: new TypedArray(new ArrayBuffer(count * bytes)) };
}
