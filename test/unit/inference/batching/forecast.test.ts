import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { earliestEnd } from '../../../../src/inference/batching/forecast.ts';

/** A call takes 10 ms and 1 ms for each row. */
const millisecondsOf = (rows: number) => 10 + rows;

suite('The earliest end of what waits', () => {
  const ends = (rows: number, instances = 1, running: readonly { rows: number; startedAt: number }[] = []) =>
    earliestEnd({ now: 100, rows, rowsPerCall: 8, instances, running }, millisecondsOf) - 100;

  test('is that of its calls, one after the other', () => {
    assert.equal(ends(1), 11);
    assert.equal(ends(8), 18);
    assert.equal(ends(9), 18 + 11);
    assert.equal(ends(24), 3 * 18);
  });

  test('is nearer with more instances', () => {
    assert.equal(ends(16, 2), 18);
    assert.equal(ends(17, 2), 18 + 11);
  });

  test('is as much later as the calls that run take, and no later for one that takes too long', () => {
    assert.equal(ends(1, 1, [{ rows: 8, startedAt: 90 }]), 8 + 11);
    assert.equal(ends(1, 2, [{ rows: 8, startedAt: 90 }]), 11);
    assert.equal(ends(1, 1, [{ rows: 8, startedAt: 0 }]), 11);
  });

  test('is never later than what the instances then do, call by call', () => {
    const anyRunning = fc.array(
      fc.record({ rows: fc.integer({ min: 1, max: 8 }), startedAt: fc.integer({ min: 50, max: 100 }) }),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 3, max: 5 }),
        anyRunning,
        (rows, instances, running) => {
          const freeAt = running.map((call) => Math.max(100, call.startedAt + millisecondsOf(call.rows)));
          while (freeAt.length < instances) freeAt.push(100);
          let end = 0;
          for (let left = rows; left > 0; left -= 8) {
            freeAt.sort((one, other) => one - other);
            freeAt[0] = (freeAt[0] ?? 0) + millisecondsOf(Math.min(8, left));
            end = Math.max(end, freeAt[0]);
          }
          assert.ok(ends(rows, instances, running) <= end - 100);
        },
      ),
    );
  });
});
