import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensorNumbers } from '../../../src/tensors/numbers.ts';

test('numbers are given as they are, without a copy', () => {
  const data = Float32Array.of(1, 2);
  assert.equal(tensorNumbers({ datatype: 'FP32', shape: [2], data }), data);
});

test('halves and integers of 64 bits become numbers', () => {
  assert.deepEqual(Array.from(tensorNumbers({ datatype: 'FP16', shape: [1], data: Uint16Array.of(0x3c00) })), [1]);
  assert.deepEqual(tensorNumbers({ datatype: 'UINT64', shape: [1], data: BigUint64Array.of(7n) }), [7]);
  assert.deepEqual(tensorNumbers({ datatype: 'INT64', shape: [1], data: BigInt64Array.of(-7n) }), [-7]);
});

test('strings are no numbers', () => {
  assert.throws(() => tensorNumbers({ datatype: 'BYTES', shape: [1], data: ['1'] }), TypeError);
});
