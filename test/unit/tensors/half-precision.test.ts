import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromHalfBits, halfBits } from '../../../src/tensors/half-precision.ts';
import { valuesToTensor } from '../../../src/tensors/values.ts';

/** The bits that numbers have as the elements of a tensor. */
function toHalfBits(values: readonly number[]): Uint16Array {
  const { data } = valuesToTensor(values, 'FP16', [values.length], 'x');
  assert.ok(data instanceof Uint16Array);
  return data;
}

test('rounding to halves is that of Math.f16round', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -65_519, max: 65_519, noNaN: true })), (numbers) => {
      assert.deepEqual(Array.from(fromHalfBits(toHalfBits(numbers))), numbers.map(Math.f16round));
    }),
  );
});

test('well-known numbers have the bits of IEEE 754 binary16', () => {
  const numbers = [0, -0, 1, -2, 65_504, 6e-8, 0.333_25, 65_519];
  assert.deepEqual([...toHalfBits(numbers)], [0, 0x8000, 0x3c00, 0xc000, 0x7bff, 0x0001, 0x3555, 0x7bff]);
});

test('every bit pattern that is a finite number comes back', () => {
  const bits = Uint16Array.from({ length: 65_536 }, (_, index) => index);
  const back = toHalfBits(Array.from(fromHalfBits(bits), (half) => (Number.isFinite(half) ? half : 0)));
  const isFinite = (pattern: number) => (pattern & 0x7c00) !== 0x7c00;
  for (const pattern of bits) if (isFinite(pattern)) assert.equal(back[pattern], pattern);
});

test('bits and halves share memory, also within a larger buffer', () => {
  const part = Float16Array.of(1, 2, 3).subarray(1);
  const bits = halfBits(part);
  assert.equal(bits.length, 2);
  part[0] = 1;
  assert.equal(bits[0], 0x3c00);
});
