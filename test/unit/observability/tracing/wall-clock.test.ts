import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { WallClock } from '../../../../src/observability/tracing/wall-clock.ts';

suite('The wall clock of spans', () => {
  test('says the same while its own clock only rounds, and follows it when it is set or drifts', () => {
    let [wall, steady] = [1_000_000, 100.9];
    const clock = new WallClock(
      () => wall,
      () => steady,
    );
    const offset = wall - steady;
    assert.equal(clock.offset, offset);
    [wall, steady] = [1_000_001, 101.1];
    assert.equal(clock.offset, offset);
    [wall, steady] = [2_000_000, 101.2];
    assert.equal(clock.offset, 2_000_000 - 101.2);
    [wall, steady] = [2_000_001, 102];
    assert.equal(clock.offset, 2_000_000 - 101.2);
    [wall, steady] = [2_000_003, 101.2];
    assert.equal(clock.offset, 2_000_003 - 101.2);
  });
});
