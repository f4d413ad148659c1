import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { timeBuckets } from '../../../../src/observability/metrics/buckets.ts';
import { addHistograms, countOf, Histogram, quantile } from '../../../../src/observability/metrics/histogram.ts';

const times = fc.array(fc.double({ min: 0.001, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 50 });

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram(timeBuckets);
  for (const value of values) histogram.observe(value);
  return histogram;
}

test('a percentile is no less than the true one, and less than 14.3 % greater', () => {
  fc.assert(
    fc.property(times, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
      const sorted = values.toSorted((a, b) => a - b);
      const exact = sorted[Math.max(0, Math.ceil(share * values.length) - 1)] ?? 0;
      const told = quantile(timeBuckets, histogramOf(values).data, share) ?? 0;
      assert.ok(told >= exact && told < exact * 1.143, `${told} for ${exact}`);
    }),
  );
});

test('the percentiles of nothing are null, and those of one value are that value', () => {
  assert.equal(quantile(timeBuckets, histogramOf([]).data, 0.5), null);
  assert.equal(quantile(timeBuckets, histogramOf([1.234]).data, 0.5), 1.234);
  assert.equal(quantile(timeBuckets, histogramOf([250_000]).data, 0.99), 250_000);
});

test('histograms of parts add up to the histogram of all', () => {
  fc.assert(
    fc.property(times, times, (some, others) => {
      const all = histogramOf([...some, ...others]).data;
      const added = addHistograms(histogramOf(some).data, histogramOf(others).data);
      const into = histogramOf(some);
      into.add(histogramOf(others));
      for (const { counts, sum, max } of [added, into.data]) {
        assert.deepEqual([counts, max], [all.counts, all.max]);
        assert.ok(Math.abs(sum - all.sum) <= 1e-9 * all.sum);
      }
      assert.equal(countOf(added), some.length + others.length);
    }),
  );
});

test('equal values are counted at once', () => {
  const histogram = new Histogram(timeBuckets);
  histogram.observe(2, 1000);
  assert.deepEqual(histogram.data, { ...histogramOf(Array<number>(1000).fill(2)).data });
  histogram.clear();
  assert.deepEqual(histogram.data, { counts: [], sum: 0, max: 0 });
});
