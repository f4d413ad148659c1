import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  emptyReport,
  joinReadings,
  lasting,
  mergeReports,
  withoutModels,
  type Readings,
} from '../../../../src/observability/metrics/readings.ts';

const sinceStart: Readings = {
  inferql_inferences_total: [
    [['iris', '1', 'success'], 3],
    [['iris', '1', 'OVERLOADED'], 1],
  ],
  inferql_inference_queue_duration_seconds: [[['iris', '1'], { counts: [0, 2], sum: 4, max: 3 }]],
  inferql_model_ready: [[['iris'], 1]],
  inferql_inference_pending_rows: [[['iris', '1'], 7]],
  inferql_processes: [[[], 2]],
};

test('counters and histograms of processes add up, and gauges become one as the table says', () => {
  const other: Readings = {
    inferql_inferences_total: [
      [['iris', '1', 'success'], 4],
      [['spam', '1', 'success'], 5],
    ],
    inferql_inference_queue_duration_seconds: [[['iris', '1'], { counts: [1, 1, 1], sum: 9, max: 8 }]],
    inferql_model_ready: [[['iris'], 0]],
    inferql_inference_pending_rows: [[['iris', '1'], 1]],
    inferql_processes: [[[], 2]],
  };
  const merged = mergeReports([
    { sinceStart, lastMinute: {} },
    { sinceStart: other, lastMinute: {} },
  ]);
  assert.deepEqual(merged.sinceStart, {
    inferql_inferences_total: [
      [['iris', '1', 'success'], 7],
      [['iris', '1', 'OVERLOADED'], 1],
      [['spam', '1', 'success'], 5],
    ],
    inferql_inference_queue_duration_seconds: [[['iris', '1'], { counts: [1, 3, 1], sum: 13, max: 8 }]],
    inferql_inference_pending_rows: [[['iris', '1'], 8]],
    inferql_model_ready: [[['iris'], 0]],
    inferql_processes: [[[], 2]],
  });
});

test('the order of processes changes no sum', () => {
  const reports = fc.array(
    fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat()), { maxLength: 3 }).map((series) => ({
      sinceStart: {
        inferql_model_swaps_total: [...new Map(series)].map(([model, count]) => [[model], count] as const),
      },
      lastMinute: {},
    })),
  );
  const sums = ({ sinceStart: { inferql_model_swaps_total: series = [] } }: { sinceStart: Readings }) =>
    Object.fromEntries(series.map(([[model = ''], count]) => [model, count]));
  fc.assert(
    fc.property(reports, (all) => {
      assert.deepEqual(sums(mergeReports(all)), sums(mergeReports(all.toReversed())));
    }),
  );
});

test('of a process that ended the counters and histograms stay, gauges and the last minute go', () => {
  const { inferql_inferences_total, inferql_inference_queue_duration_seconds } = sinceStart;
  assert.deepEqual(lasting({ sinceStart, lastMinute: sinceStart }), {
    sinceStart: { inferql_inferences_total, inferql_inference_queue_duration_seconds },
    lastMinute: {},
  });
});

test('the series of models that are not there can be left out', () => {
  const left = withoutModels({ sinceStart, lastMinute: {} }, (model) => model !== 'iris').sinceStart;
  assert.deepEqual(left.inferql_inferences_total, []);
  assert.deepEqual(left.inferql_processes, [[[], 2]]);
});

test('readings of different metrics stand side by side', () => {
  const { inferql_processes = [], ...rest } = sinceStart;
  assert.deepEqual(joinReadings([rest, { inferql_processes }]), sinceStart);
  assert.deepEqual(joinReadings([]), emptyReport.sinceStart);
});
