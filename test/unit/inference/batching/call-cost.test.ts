import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { CallCost } from '../../../../src/inference/batching/call-cost.ts';

function learned(calls: readonly (readonly [positions: number, milliseconds: number])[]): number {
  const cost = new CallCost();
  for (const [positions, milliseconds] of calls) cost.observe(positions, milliseconds);
  return cost.positionsPerCall;
}

suite('The cost of a call', () => {
  test('is found exactly where calls cost what they are assumed to cost', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 10, noNaN: true }),
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        fc.uniqueArray(fc.integer({ min: 1, max: 5000 }), { minLength: 3, maxLength: 40 }),
        (base, slope, lengths) => {
          fc.pre(Math.max(...lengths) > 2 * Math.min(...lengths));
          const found = learned(lengths.map((length) => [length, base + slope * length]));
          assert.ok(Math.abs(found - base / slope) <= 1e-3 * (1 + base / slope), `${found} for ${base / slope}`);
        },
      ),
    );
  });

  test('follows a model that became slower', () => {
    const fast = Array.from({ length: 200 }, (_, index) => [100 + (index % 7) * 100, 1 + (index % 7)] as const);
    const slow = fast.map(([positions, milliseconds]) => [positions, 50 + milliseconds] as const);
    assert.ok(learned([...fast, ...slow]) > 10 * Math.max(1, learned(fast)));
  });

  test('is a guess until calls of different lengths were seen', () => {
    assert.equal(learned([]), 100);
    assert.equal(learned(Array.from({ length: 50 }, () => [64, 3])), 100);
  });

  test('is without bound where positions cost nothing, and never below nothing', () => {
    assert.equal(
      learned([
        [1, 5],
        [100, 5],
        [1000, 4],
      ]),
      Number.POSITIVE_INFINITY,
    );
    assert.equal(
      learned([
        [100, 0],
        [200, 10],
        [300, 20],
      ]),
      0,
    );
  });

  test('is told in milliseconds for any length, and as the mean while lengths hardly differ', () => {
    const cost = new CallCost();
    assert.equal(cost.millisecondsOf(10), null);
    cost.observe(8, 18);
    assert.equal(cost.millisecondsOf(100), 18);
    cost.observe(16, 26);
    cost.observe(32, 42);
    assert.ok(Math.abs((cost.millisecondsOf(64) ?? 0) - 74) < 1e-6);
    assert.ok(Math.abs((cost.millisecondsOf(1) ?? 0) - 11) < 1e-6);
  });
});
