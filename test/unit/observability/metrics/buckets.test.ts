import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rowBuckets, timeBuckets } from '../../../../src/observability/metrics/buckets.ts';

const times = fc.double({ min: 1e-6, max: 1e6, noNaN: true });

for (const [name, buckets, values] of [
  ['times', timeBuckets, times],
  ['rows', rowBuckets, fc.integer({ min: 1, max: 10_000 })],
] as const) {
  test(`${name}: the class of a value is the first whose bound is no less`, () => {
    const expected = (value: number) => {
      const place = buckets.bounds.findIndex((bound) => value <= bound);
      return place < 0 ? buckets.bounds.length : place;
    };
    fc.assert(fc.property(values, (value) => assert.equal(buckets.place(value), expected(value))));
    for (const [place, bound] of buckets.bounds.entries()) assert.equal(buckets.place(bound), place);
  });
}

test('a bound is less than 14.3 % above every value of its class', () => {
  const ratios = timeBuckets.bounds.slice(1).map((bound, index) => bound / (timeBuckets.bounds[index] ?? 0));
  assert.ok(Math.max(...ratios) < 1.143);
  assert.ok(Math.min(...ratios) > 1);
});

test('times are shown from 0.1 ms to 10 s, rows up to 4096', () => {
  const shown = timeBuckets.shown.map((place) => (timeBuckets.bounds[place] ?? 0) * timeBuckets.scale);
  assert.deepEqual(
    shown.map((bound) => Number(bound.toPrecision(6))),
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  );
  assert.deepEqual(rowBuckets.bounds, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096]);
});
