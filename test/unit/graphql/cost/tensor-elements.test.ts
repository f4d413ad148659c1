import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ElementCounter } from '../../../../src/graphql/cost/tensor-elements.ts';

describe('the elements of a tensor as it was sent', () => {
  for (const [what, value, datatype, elements] of [
    ['a flat list', [1, 2, 3], 'FP32', 3],
    ['nested lists', [[[1, 2]], [[3, 4]]], 'FP32', 4],
    ['an empty list', [], 'FP32', 0],
    ['lists that do not fit each other', [[1], 2, [3, 4]], 'FP32', 4],
    ['one element', 7, 'FP32', 1],
    ['nothing', undefined, 'FP32', 0],
    ['null', null, 'FP32', 0],
    ['base64 of four floats', Buffer.alloc(16).toString('base64'), 'FP32', 4],
    ['base64 of sixteen bytes', Buffer.alloc(16).toString('base64').replaceAll('=', ''), 'UINT8', 16],
    ['a text', 'a text that is long', 'BYTES', 1],
    ['base64 of a datatype that is none', 'AAAA', 'constructor', 1],
  ] as const) {
    test(`${what}: ${elements}`, () => assert.equal(new ElementCounter().countOf(value, datatype), elements));
  }

  test('are counted once for a list that many fields use', () => {
    let reads = 0;
    const list = new Proxy([[1], [2]], {
      get: (target, name) => {
        reads += 1;
        return Reflect.get(target, name) as unknown;
      },
    });
    const counter = new ElementCounter();
    assert.equal(counter.countOf(list, 'FP32'), 2);
    const readsOfFirst = reads;
    assert.equal(counter.countOf(list, 'FP32'), 2);
    assert.equal(reads, readsOfFirst);
  });
});
