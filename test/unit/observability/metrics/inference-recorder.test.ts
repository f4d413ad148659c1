import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InferenceRecorder } from '../../../../src/observability/metrics/inference-recorder.ts';
import { statisticsOf, type InferenceStatistics } from '../../../../src/observability/metrics/inference-statistics.ts';

const nothing: InferenceStatistics = {
  successes: 0,
  failures: [],
  rows: 0,
  calls: 0,
  meanBatchSize: null,
  queueMs: null,
  computeMs: null,
};

/** A recorder on a clock that the test moves, and what it says. */
function recorderAt(start: number) {
  const clock = { now: start };
  const recorder = new InferenceRecorder('iris', 1, () => clock.now);
  const read = (part: 'sinceStart' | 'lastMinute') => statisticsOf(recorder.report[part], 'iris', 1);
  return { clock, recorder, sinceStart: () => read('sinceStart'), lastMinute: () => read('lastMinute') };
}

test('statistics of known calls are exact', () => {
  const { recorder, clock, sinceStart, lastMinute } = recorderAt(1000);
  assert.deepEqual(sinceStart(), nothing);
  recorder.called({ batchSize: 3, computeMs: 2, outcome: 'succeeded' }, clock.now);
  recorder.waited(1, 2, clock.now);
  recorder.waited(5, 1, clock.now);
  recorder.requestEnded('success', clock.now, 9);
  recorder.inferencesEnded('success', 2);
  recorder.requestEnded('partial', clock.now, 9);
  recorder.inferencesEnded('success', 1);
  recorder.inferencesEnded('BAD_USER_INPUT', 2);
  recorder.called({ batchSize: 1, computeMs: 8, outcome: 'failed' }, clock.now);
  recorder.requestEnded('INFERENCE_FAILED', clock.now, 9);
  recorder.inferencesEnded('INFERENCE_FAILED', 1);
  const expected: InferenceStatistics = {
    successes: 3,
    failures: [
      { code: 'BAD_USER_INPUT', count: 2 },
      { code: 'INFERENCE_FAILED', count: 1 },
    ],
    rows: 4,
    calls: 2,
    meanBatchSize: 2,
    queueMs: { mean: 7 / 3, p50: 1, p90: 5, p99: 5, max: 5 },
    computeMs: { mean: 5, p50: 2, p90: 8, p99: 8, max: 8 },
  };
  assert.deepEqual(sinceStart(), expected);
  assert.deepEqual(lastMinute(), expected);
  clock.now += 60_000;
  assert.deepEqual(lastMinute(), nothing);
  assert.deepEqual(sinceStart(), expected);
});

test('requests count by outcome, and times of their parts in histograms of their own', () => {
  const { recorder, clock } = recorderAt(0);
  recorder.requestEnded('success', clock.now, 2);
  recorder.requestEnded('success', clock.now, 3);
  recorder.requestEnded('OVERLOADED', clock.now, 1);
  recorder.encoded(0.5);
  recorder.decoded(0.25);
  recorder.instanceLost();
  const { sinceStart } = recorder.report;
  assert.deepEqual(sinceStart.inferql_inference_requests_total, [
    [['iris', '1', 'success'], 2],
    [['iris', '1', 'OVERLOADED'], 1],
  ]);
  const sumOf = (name: keyof typeof sinceStart) => {
    const value = sinceStart[name]?.[0]?.[1];
    return typeof value === 'object' ? value.sum : value;
  };
  assert.equal(sumOf('inferql_inference_request_duration_seconds'), 6);
  assert.equal(sumOf('inferql_inference_encode_duration_seconds'), 0.5);
  assert.equal(sumOf('inferql_inference_decode_duration_seconds'), 0.25);
  assert.equal(sumOf('inferql_model_instances_lost_total'), 1);
});

test('what is older than a minute is in the sums since the start alone, whenever it came and whenever it is asked', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 40_000 }), fc.nat(5)), { maxLength: 40 });
  fc.assert(
    fc.property(fc.nat(100_000), steps, (start, all) => {
      const { recorder, clock, sinceStart, lastMinute } = recorderAt(start);
      const events: { at: number; rows: number }[] = [];
      for (const [pause, rows] of all) {
        clock.now += pause;
        if (rows === 0) {
          const least = events.filter(({ at }) => at > clock.now - 55_000).length;
          const most = events.filter(({ at }) => at > clock.now - 60_000).length;
          const { calls } = lastMinute();
          assert.ok(calls >= least && calls <= most, `${calls} calls, of ${least} to ${most}`);
        } else {
          events.push({ at: clock.now, rows });
          recorder.called({ batchSize: rows, computeMs: 1, outcome: 'succeeded' }, clock.now);
        }
      }
      assert.equal(sinceStart().calls, events.length);
      assert.equal(
        sinceStart().rows,
        events.reduce((sum, { rows }) => sum + rows, 0),
      );
    }),
  );
});
