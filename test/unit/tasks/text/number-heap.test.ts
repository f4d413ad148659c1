import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NumberHeap } from '../../../../src/tasks/text/number-heap.ts';

await test('the least of what is in a heap comes out, whatever goes in between', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(50), fc.constant('pop' as const))), (steps) => {
      const heap = new NumberHeap();
      let model: number[] = [];
      for (const step of steps) {
        if (step === 'pop') {
          model = model.toSorted((one, other) => one - other);
          assert.equal(heap.pop(), model.shift());
        } else {
          heap.push(step);
          model.push(step);
        }
      }
    }),
  );
});
