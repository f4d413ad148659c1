import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallLost } from '../../../../src/backends/backend.ts';
import { GatewayError } from '../../../../src/errors.ts';
import { failsWith, isFailure, puppetBatcher, rowsOf } from '../../../helpers/puppet-batcher.ts';
import { promisesSettle } from '../../../helpers/puppet-clock.ts';
import { expectedOutput, inferenceFailure, puppetRow } from '../../../helpers/puppet-model.ts';

test('of a call that fails, the one bad row fails alone', async () => {
  const { batcher, clock, model, needs, reports } = puppetBatcher({ maxBatchSize: 8 });
  const list = batcher.predictMany(rowsOf(8), needs());
  clock.endTick();
  while (model.running.length > 0) {
    const { oldest } = model;
    if (oldest.ids.includes(6)) oldest.fail(inferenceFailure());
    else oldest.succeed();
    await promisesSettle();
  }
  for (const [index, result] of (await list).entries()) {
    if (index === 5) isFailure('INFERENCE_FAILED', result);
    else
      assert.deepEqual(!(result instanceof Error) && result.outputs.get('double'), expectedOutput('double', index + 1));
  }
  assert.deepEqual(
    model.calls.map((call) => call.ids.length),
    [8, 4, 4, 2, 1, 1, 2],
  );
  assert.equal(reports.filter((report) => report.outcome === 'failed').length, 4);
});

test('a call whose model is gone is not repeated', async () => {
  const { batcher, clock, model, needs, reports } = puppetBatcher();
  const list = batcher.predictMany(rowsOf(3), needs());
  clock.endTick();
  model.oldest.fail(new GatewayError('MODEL_UNAVAILABLE', 'The instance is gone.'));
  for (const result of await list) isFailure('MODEL_UNAVAILABLE', result);
  assert.equal(model.calls.length, 1);
  assert.equal(reports[0]?.outcome, 'unavailable');
});

test('a call that was lost with its instance is not repeated in halves, which could be lost as well', async () => {
  const { batcher, clock, model, needs, reports } = puppetBatcher();
  const list = batcher.predictMany(rowsOf(3), needs());
  clock.endTick();
  model.oldest.fail(new CallLost(new Error('out of memory')));
  for (const result of await list) isFailure('INFERENCE_FAILED', result);
  assert.equal(model.calls.length, 1);
  assert.equal(reports[0]?.outcome, 'unavailable');
});

test('a fault that nobody foresaw is no fault of the rows and keeps its cause', async () => {
  const { batcher, clock, model, needs } = puppetBatcher();
  const prediction = batcher.predict(puppetRow(1), needs());
  clock.endTick();
  const cause = new TypeError('x is not a function');
  model.oldest.fail(cause);
  const error = await failsWith('INTERNAL_SERVER_ERROR', prediction);
  assert.equal(error.cause, cause);
  assert.doesNotMatch(error.message, /function/);
});

test('an output with another number of rows is an error that says what came back', async () => {
  const { batcher, clock, model, needs } = puppetBatcher();
  const prediction = batcher.predict(puppetRow(1), needs());
  clock.endTick();
  model.oldest.succeed(new Map([['double', { datatype: 'FP32', shape: [3], data: new Float32Array(3) }]]));
  const error = await failsWith('INFERENCE_FAILED', prediction);
  assert.equal(error.message, 'The output "double" has 3 rows for a batch of 1.');
});

test('an output that is missing is an error that names it', async () => {
  const { batcher, clock, model, needs } = puppetBatcher();
  const prediction = batcher.predict(puppetRow(1), needs());
  clock.endTick();
  model.oldest.succeed(new Map());
  const error = await failsWith('INFERENCE_FAILED', prediction);
  assert.equal(error.message, 'The model did not return the output "double".');
});
