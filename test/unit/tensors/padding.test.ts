import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { datatypes, type Datatype } from '../../../src/tensors/datatypes.ts';
import { cropTensor, padTensor } from '../../../src/tensors/padding.ts';
import { elementCount, type Tensor } from '../../../src/tensors/tensor.ts';
import { tensorToValues } from '../../../src/tensors/values.ts';
import { arbitraryTensor } from '../../helpers/arbitrary-tensor.ts';

const paddings: Readonly<Partial<Record<Datatype, number | bigint | string>>> = { INT64: 7n, UINT64: 7n, BYTES: 'pad' };
const paddingOf = (datatype: Datatype) => paddings[datatype] ?? 1;

/** The element at a place, found by counting. */
function elementAt({ data, shape }: Tensor, place: readonly number[]): unknown {
  let offset = 0;
  for (const [axis, index] of place.entries()) offset += index * elementCount(shape.slice(axis + 1));
  return data[offset];
}

function* placesOf(shape: readonly number[]): Generator<number[]> {
  const [size, ...rest] = shape;
  if (size === undefined) yield [];
  else for (let index = 0; index < size; index += 1) for (const place of placesOf(rest)) yield [index, ...place];
}

suite('Padding', () => {
  test('fills up behind the elements, in one dimension', () => {
    const row: Tensor = { datatype: 'INT64', shape: [2], data: BigInt64Array.of(5n, 6n) };
    assert.deepEqual(padTensor(row, [4], 0n), {
      datatype: 'INT64',
      shape: [4],
      data: BigInt64Array.of(5n, 6n, 0n, 0n),
    });
  });

  test('fills up the end of every row and adds rows, in two', () => {
    const row: Tensor = { datatype: 'FP32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) };
    assert.deepEqual(tensorToValues(padTensor(row, [3, 3], 9)), [
      [1, 2, 9],
      [3, 4, 9],
      [9, 9, 9],
    ]);
  });

  test('returns a tensor that has the shape already', () => {
    const row: Tensor = { datatype: 'FP32', shape: [2], data: Float32Array.of(1, 2) };
    assert.equal(padTensor(row, [2], 0), row);
    assert.equal(cropTensor(row, [2]), row);
  });

  for (const datatype of Object.keys(datatypes) as Datatype[]) {
    test(`${datatype}: every element is where it was, and the padding everywhere else; cutting gives the tensor back`, () => {
      fc.assert(
        fc.property(arbitraryTensor(datatype), fc.array(fc.nat(3), { minLength: 8, maxLength: 8 }), (tensor, more) => {
          const shape = tensor.shape.map((size, axis) => size + (more[axis] ?? 0));
          const padded = padTensor(tensor, shape, paddingOf(datatype));
          assert.deepEqual(padded.shape, shape);
          assert.equal(padded.data.length, elementCount(shape));
          for (const place of placesOf(shape)) {
            const isOwn = place.every((index, axis) => index < (tensor.shape[axis] ?? 0));
            const expected = isOwn ? elementAt(tensor, place) : paddingOf(datatype);
            assert.ok(Object.is(elementAt(padded, place), expected));
          }
          assert.deepEqual(cropTensor(padded, tensor.shape), tensor);
        }),
        { numRuns: 30 },
      );
    });
  }
});
