import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nextRestartDelay } from '../../../src/processes/restart-delay.ts';

describe('the delay before a process is started again', () => {
  test('doubles from 100 ms to 10 s', () => {
    const delays: number[] = [];
    for (let last: number | null = null; delays.length < 9; last = delays.at(-1) ?? null) {
      delays.push(nextRestartDelay(last, null));
    }
    assert.deepEqual(delays, [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
  });

  test('goes on doubling after a process that was ready for a moment', () => {
    assert.equal(nextRestartDelay(400, 29_999), 800);
  });

  test('begins anew after a process that was ready for a while', () => {
    assert.equal(nextRestartDelay(10_000, 30_000), 100);
  });
});
