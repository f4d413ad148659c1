import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countOf } from '../../../../src/observability/metrics/histogram.ts';
import { ProcessRecorder } from '../../../../src/observability/metrics/process-recorder.ts';
import { eventually } from '../../../helpers/eventually.ts';

test('a blocked event loop is seen as a delay, and what the process uses is told as it is', async (context) => {
  const usage = { cpuSeconds: 1, residentBytes: 2, heapUsedBytes: 3, heapTotalBytes: 4, externalBytes: 5 };
  const recorder = new ProcessRecorder(() => usage);
  context.after(() => recorder.stop());
  const delay = async () => {
    const value = recorder.readings.inferql_event_loop_delay_seconds?.[0]?.[1];
    return typeof value === 'object' ? value : assert.fail('There is no histogram.');
  };
  await eventually(delay, (data) => countOf(data) >= 1);
  const until = performance.now() + 200;
  while (performance.now() < until);
  await eventually(delay, ({ max }) => max >= 150);
  const { readings } = recorder;
  assert.deepEqual(readings.process_cpu_seconds_total, [[[], 1]]);
  assert.deepEqual(readings.process_resident_memory_bytes, [[[], 2]]);
  assert.deepEqual(readings.nodejs_heap_size_used_bytes, [[[], 3]]);
  assert.deepEqual(readings.nodejs_heap_size_total_bytes, [[[], 4]]);
  assert.deepEqual(readings.nodejs_external_memory_bytes, [[[], 5]]);
});
