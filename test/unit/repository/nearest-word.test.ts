import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestWord } from '../../../src/repository/nearest-word.ts';

const words = ['task', 'title', 'labels', 'maxBatchSize', 'maxQueueRows', 'max', 'min'];

for (const [written, meant] of [
  ['tsak', 'task'],
  ['Task', 'task'],
  ['titel', 'title'],
  ['label', 'labels'],
  ['max_batch_size', 'maxBatchSize'],
  ['maxBatch', 'maxBatchSize'],
  ['maxQueRows', 'maxQueueRows'],
  ['mim', 'min'],
  ['batching', null],
  ['xy', null],
  ['', null],
] as const) {
  test(`"${written}" was meant to be ${meant ?? 'none of the words'}`, () => {
    assert.equal(nearestWord(written, words), meant);
  });
}

test('a very long word takes no long time', () => {
  assert.equal(nearestWord('x'.repeat(1_000_000), words), null);
});
