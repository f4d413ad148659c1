import fc from 'fast-check';
import { type Datatype, type TensorData, datatypes } from '../../src/tensors/datatypes.ts';
import { type Tensor, elementCount } from '../../src/tensors/tensor.ts';

/** Every datatype. */
export const everyDatatype = Object.keys(datatypes) as Datatype[];

/** Tensors of a datatype in every shape of few elements, zero sizes among them, with all bits that a value can have. */
export function arbitraryTensor(datatype: Datatype): fc.Arbitrary<Tensor> {
  return fc
    .array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })
    .chain((shape) => arbitraryData(datatype, elementCount(shape)).map((data) => ({ datatype, shape, data })));
}

function arbitraryData(datatype: Datatype, count: number): fc.Arbitrary<TensorData> {
  const { array, bytes } = datatypes[datatype];
  if (array === null || bytes === null) {
    const text = fc.string({ unit: 'binary' }).map((string) => string.replaceAll('\0', ' '));
    return fc.array(text, { minLength: count, maxLength: count });
  }
  const byte =
    datatype === 'BOOL' ? fc.nat({ max: 1 }) : fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 127, 128, 255));
  const length = count * bytes;
  return fc
    .array(byte, { minLength: length, maxLength: length })
    .map((elements) => canonical(new array(Uint8Array.from(elements).buffer)));
}

/** Every NaN of the same kind has the same bits, as it comes back from JSON. */
function canonical<Data extends TensorData>(data: Data): Data {
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return data;
  for (const [index, value] of data.entries()) if (Number.isNaN(value)) data[index] = Number.NaN;
  return data;
}
