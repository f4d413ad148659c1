import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatShape, knownSize, requireElementCount } from '../../../src/tensors/shape.ts';
import { refusal } from '../../helpers/refusal.ts';

test('a shape holds the product of its sizes', () => {
  assert.equal(requireElementCount([], 'x'), 1);
  assert.equal(requireElementCount([2, 3, 4], 'x'), 24);
  assert.equal(requireElementCount([64, 0, 1280], 'x'), 0);
});

test('sizes that are no sizes, and tensors that nothing could hold, are refused', () => {
  for (const shape of [
    [-1],
    [1.5],
    [Number.NaN],
    [2 ** 16, 2 ** 16],
    [2 ** 53, 2 ** 53],
    Array.from({ length: 33 }, () => 1),
  ]) {
    assert.throws(() => requireElementCount(shape, 'x'), refusal('WRONG_SHAPE', 'x'));
  }
});

test('a tensor without elements must not stand for a million empty lists', () => {
  assert.throws(() => requireElementCount([2 ** 30, 0], 'x'), refusal('WRONG_SHAPE', 'x'));
});

test('a dimension is known when it is fixed, or when its name was bound', () => {
  const bindings = new Map([['length', 3]]);
  assert.equal(knownSize(2, bindings), 2);
  assert.equal(knownSize(0, bindings), 0);
  assert.equal(knownSize('length', bindings), 3);
  assert.equal(knownSize('width', bindings), undefined);
  assert.equal(knownSize(null, undefined), undefined);
});

test('shapes are written with their open dimensions', () => {
  assert.equal(formatShape([1, 'length', null]), '[1, length, ?]');
  assert.equal(formatShape([]), '[]');
  assert.equal(formatShape(null), 'any shape');
});
