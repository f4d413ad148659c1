import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { splitIntoCalls, type CallBudget } from '../../../../src/inference/batching/split-calls.ts';

const anyLengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 9 });
const anyBudget = fc.record({
  maxPositions: fc.integer({ min: 1, max: 200 }),
  positionsPerCall: fc.constantFrom(0, 1, 10, 50, 1000, Number.POSITIVE_INFINITY),
});

/** All ways to part a list into calls of neighbours. */
function* partsOf(list: readonly number[]): Generator<number[][]> {
  if (list.length === 0) yield [];
  for (let size = 1; size <= list.length; size += 1) {
    for (const rest of partsOf(list.slice(size))) yield [list.slice(0, size), ...rest];
  }
}

function costOf(calls: readonly (readonly number[])[], { maxPositions, positionsPerCall }: CallBudget): number {
  let cost = 0;
  for (const call of calls) {
    const positions = call.length * Math.max(...call);
    if (call.length > 1 && positions > maxPositions) return Number.POSITIVE_INFINITY;
    cost += Math.min(positionsPerCall, 1e9) + positions;
  }
  return cost;
}

suite('Splitting rows into calls', () => {
  test('puts rows of like lengths together where padding is dear', () => {
    const calls = splitIntoCalls([3, 60, 4, 64, 3], { maxPositions: 1000, positionsPerCall: 10 });
    assert.deepEqual(calls, [
      [0, 4, 2],
      [1, 3],
    ]);
  });

  test('makes one call where one more would cost more than the padding', () => {
    assert.deepEqual(splitIntoCalls([3, 60, 4], { maxPositions: 1000, positionsPerCall: 500 }), [[0, 2, 1]]);
  });

  test('gives a row that is longer than the budget a call of its own', () => {
    assert.deepEqual(splitIntoCalls([500, 10, 10], { maxPositions: 100, positionsPerCall: 1e9 }), [[0], [1, 2]]);
  });

  test('has every row in one call, no call over the budget, and the call of the first row first', () => {
    fc.assert(
      fc.property(anyLengths, anyBudget, (lengths, budget) => {
        const calls = splitIntoCalls(lengths, budget);
        assert.deepEqual(
          calls.flat().toSorted((one, other) => one - other),
          [...lengths.keys()],
        );
        for (const call of calls) {
          const longest = Math.max(...call.map((place) => lengths[place] ?? 0));
          assert.ok(call.length === 1 || call.length * longest <= budget.maxPositions);
        }
        const first = calls.map((call) => Math.min(...call));
        assert.deepEqual(
          first,
          first.toSorted((one, other) => one - other),
        );
      }),
    );
  });

  test('costs no more than any other way to cut the rows by length', () => {
    fc.assert(
      fc.property(anyLengths, anyBudget, (lengths, budget) => {
        const calls = splitIntoCalls(lengths, budget).map((call) => call.map((place) => lengths[place] ?? 0));
        const sorted = lengths.toSorted((one, other) => one - other);
        const best = Math.min(...[...partsOf(sorted)].map((parts) => costOf(parts, budget)));
        assert.equal(costOf(calls, budget), best);
      }),
    );
  });
});
