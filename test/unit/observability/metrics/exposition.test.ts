import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { timeBuckets } from '../../../../src/observability/metrics/buckets.ts';
import { expose } from '../../../../src/observability/metrics/exposition.ts';
import { Histogram } from '../../../../src/observability/metrics/histogram.ts';
import type { Readings } from '../../../../src/observability/metrics/readings.ts';
import { metricEntries } from '../../../../src/observability/metrics/table.ts';
import { ScrapedMetrics } from '../../../helpers/metrics.ts';

function histogramOf(values: readonly number[]) {
  const histogram = new Histogram(timeBuckets);
  for (const value of values) histogram.observe(value);
  return histogram.data;
}

test('every metric of the table is there with its type, in its order, whether it has series or not', () => {
  const expected = metricEntries.map(([name, { type }]) => [name, type]);
  assert.deepEqual([...new ScrapedMetrics(expose({})).types], expected);
});

test('names and types of the table are as Prometheus has them', () => {
  for (const [name, { type, labels, help }] of metricEntries) {
    assert.match(name, /^[a-z][a-z0-9]*(?:_[a-z0-9]+)+$/);
    assert.equal(name.endsWith('_total'), type === 'counter', name);
    if (type === 'histogram') assert.match(name, /_(?:seconds|rows)$/);
    assert.doesNotMatch(name, /_(?:ms|us|milliseconds|mb|count|sum|bucket)(?:_|$)/);
    for (const label of labels) assert.match(label, /^(?!le$|quantile$|__)[a-z_]+$/);
    assert.equal(new Set(labels).size, labels.length);
    assert.match(help, /^[\d\p{Lu}].*\.$|^1; the/su);
  }
});

test('classes of a histogram are cumulative, the last is all, and each has what is no greater than its bound', () => {
  const times = fc.array(fc.double({ min: 0, max: 200_000, noNaN: true }), { maxLength: 60 });
  fc.assert(
    fc.property(times, (values) => {
      const text = expose({ inferql_http_request_duration_seconds: [[['/graphql'], histogramOf(values)]] });
      const labels = { route: '/graphql' };
      const { buckets, count, sum } = new ScrapedMetrics(text).histogram(
        'inferql_http_request_duration_seconds',
        labels,
      );
      assert.equal(buckets.length, timeBuckets.shown.length + 1);
      for (const [bound, below] of buckets) {
        assert.equal(below, values.filter((value) => value <= Number((bound * 1000).toPrecision(12))).length);
      }
      assert.deepEqual(buckets.at(-1), [Infinity, values.length]);
      assert.equal(count, values.length);
      assert.ok(Math.abs(sum * 1000 - values.reduce((all, value) => all + value, 0)) < 1e-6);
    }),
  );
});

test('values and labels come back as they were, whatever is in them', () => {
  const label = fc.string({ unit: 'grapheme', maxLength: 20 });
  fc.assert(
    fc.property(label, fc.nat(), (route, count) => {
      const readings: Readings = { inferql_http_requests_total: [[[route, '200'], count]] };
      const line = expose(readings)
        .split('\n')
        .find((each) => each.startsWith('inferql_http_requests_total{'));
      const [, written = '', value] = /^\w+\{route="((?:[^"\\]|\\.)*)",status="200"\} (\d+)$/s.exec(line ?? '') ?? [];
      const read = written.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
      assert.deepEqual([read, Number(value)], [route, count]);
    }),
  );
});

test('gauges that are not whole are written as numbers', () => {
  const text = expose({ process_cpu_seconds_total: [[[], 1.5]], process_resident_memory_bytes: [[[], 2 ** 40]] });
  const scraped = new ScrapedMetrics(text);
  assert.equal(scraped.value('process_cpu_seconds_total'), 1.5);
  assert.equal(scraped.value('process_resident_memory_bytes'), 2 ** 40);
});
