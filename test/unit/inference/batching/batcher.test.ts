import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError, type ErrorCode } from '../../../../src/errors.ts';
import { Batcher } from '../../../../src/inference/batching/batcher.ts';
import type { BatcherOptions, CallReport, PredictOptions } from '../../../../src/inference/batching/contract.ts';
import type { NamedTensors } from '../../../../src/tensors/tensor.ts';
import { promisesSettle, PuppetClock } from '../../../helpers/puppet-clock.ts';
import { expectedOutput, inferenceFailure, PuppetModel, puppetRow } from '../../../helpers/puppet-model.ts';

function setUp(options: Partial<BatcherOptions> & { instances?: number } = {}) {
  const clock = new PuppetClock();
  const model = new PuppetModel(options.instances);
  const reports: CallReport[] = [];
  const batcher = new Batcher({
    model,
    axis: { kind: 'dynamic' },
    maxBatchSize: 4,
    maxDelayMs: 0,
    maxQueueRows: 100,
    fallbackOutput: 'double',
    identity: { model: 'iris', version: 3 },
    clock,
    onCall: (report) => reports.push(report),
    ...options,
  });
  const needs = (change: Partial<PredictOptions> = {}): PredictOptions => ({
    outputs: ['double'],
    deadlineAt: clock.now() + 1000,
    ...change,
  });
  return { clock, model, reports, batcher, needs };
}

function rowsOf(count: number, firstId = 1): NamedTensors[] {
  return Array.from({ length: count }, (_, index) => puppetRow(firstId + index));
}

/** Checks code, model and version, and hands back the details. */
async function failsWith(code: ErrorCode, prediction: Promise<unknown>): Promise<GatewayError> {
  const error: unknown = await prediction.then(
    () => assert.fail(`Expected ${code}.`),
    (reason: unknown) => reason,
  );
  return isFailure(code, error);
}

function isFailure(code: ErrorCode, error: unknown): GatewayError {
  assert.ok(error instanceof GatewayError);
  assert.equal(error.code, code);
  assert.equal(error.options.model, 'iris');
  assert.equal(error.options.version, '3');
  return error;
}

test('predictions of one tick share a call, and each gets its own row', async () => {
  const { batcher, clock, model, needs } = setUp();
  const predictions = [1, 2, 3].map((id) => batcher.predict(puppetRow(id), needs()));
  assert.equal(batcher.queuedRows, 3);
  clock.endTick();
  assert.equal(batcher.queuedRows, 0);
  clock.advance(7);
  model.oldest.succeed();
  assert.deepEqual(model.calls.length, 1);
  for (const [index, row] of (await Promise.all(predictions)).entries()) {
    const outputs = new Map([['double', expectedOutput('double', index + 1)]]);
    assert.deepEqual(row, { outputs, batchSize: 3, queueMs: 0, computeMs: 3 });
  }
});

test('a list and single predictions share calls', async () => {
  const { batcher, clock, model, needs } = setUp();
  const single = batcher.predict(puppetRow(1), needs());
  const list = batcher.predictMany(rowsOf(3, 2), needs());
  clock.endTick();
  assert.deepEqual(model.oldest.ids, [1, 2, 3, 4]);
  model.oldest.succeed();
  assert.equal((await single).batchSize, 4);
  assert.equal((await list).length, 3);
});

test('an empty list needs no call', async () => {
  const { batcher, model, needs } = setUp();
  assert.deepEqual(await batcher.predictMany([], needs()), []);
  assert.equal(model.calls.length, 0);
});

test('while the instance is busy the queue grows into one larger call, which starts when the call ends', async () => {
  const { batcher, clock, model, needs } = setUp();
  const first = batcher.predict(puppetRow(1), needs());
  clock.endTick();
  for (const id of [2, 3, 4]) {
    void batcher.predict(puppetRow(id), needs());
    clock.endTick();
    clock.advance(1);
  }
  assert.equal(model.calls.length, 1);
  model.oldest.succeed();
  await first;
  assert.deepEqual(model.oldest.ids, [2, 3, 4]);
});

test('a long list is cut into full calls that start without waiting for the tick', () => {
  const { batcher, model, needs } = setUp({ instances: 2, maxDelayMs: 100 });
  void batcher.predictMany(rowsOf(9), needs());
  assert.deepEqual(
    model.running.map((call) => call.ids.length),
    [4, 4],
  );
});

test('queue time is that of each row, and the observer hears of the longest', async () => {
  const { batcher, clock, model, needs, reports } = setUp({ maxDelayMs: 10 });
  const early = batcher.predict(puppetRow(1), needs());
  clock.advance(4);
  const late = batcher.predict(puppetRow(2), needs());
  clock.endTick();
  clock.advance(6);
  model.oldest.succeed();
  assert.equal((await early).queueMs, 10);
  assert.equal((await late).queueMs, 6);
  assert.deepEqual(reports, [{ batchSize: 2, queueMs: 10, computeMs: 2, outcome: 'succeeded' }]);
});

test('only the outputs that some row of the call needs are computed, and each row gets those it asked for', async () => {
  const { batcher, clock, model, needs } = setUp();
  const one = batcher.predict(puppetRow(1), needs({ outputs: ['label'] }));
  const two = batcher.predict(puppetRow(2), needs({ outputs: ['pair', 'label'] }));
  const none = batcher.predict(puppetRow(3), needs({ outputs: [] }));
  clock.endTick();
  assert.deepEqual(model.oldest.outputs, ['label', 'pair']);
  model.oldest.succeed();
  assert.deepEqual([...(await one).outputs.keys()], ['label']);
  assert.deepEqual((await two).outputs.get('pair'), expectedOutput('pair', 2));
  assert.equal((await none).outputs.size, 0);
});

test('rows of which no output is asked are run all the same, with the fallback output', async () => {
  const { batcher, clock, model, needs } = setUp();
  const prediction = batcher.predict(puppetRow(1), needs({ outputs: [] }));
  clock.endTick();
  assert.deepEqual(model.oldest.outputs, ['double']);
  model.oldest.fail(inferenceFailure());
  await failsWith('INFERENCE_FAILED', prediction);
});

test('rows of different shapes never share a call, and use the instances that are idle', async () => {
  const { batcher, clock, model, needs } = setUp({ instances: 2 });
  const lengths = [2, 3, 2, 3];
  const predictions = lengths.map((length, id) => batcher.predict(puppetRow(id, length), needs()));
  clock.endTick();
  assert.deepEqual(
    model.running.map((call) => call.ids),
    [
      [0, 2],
      [1, 3],
    ],
  );
  while (model.running.length > 0) model.oldest.succeed();
  assert.equal((await Promise.all(predictions)).length, 4);
});

test('without a batch dimension each row is its own call, with the shapes as they are', async () => {
  const { batcher, model, needs, clock } = setUp({ axis: { kind: 'none', reason: 'test' } });
  const predictions = [1, 2].map((id) => batcher.predict(puppetRow(id), needs()));
  clock.endTick();
  assert.deepEqual(model.oldest.inputs.get('vector')?.shape, [2]);
  model.oldest.succeed();
  await predictions[0];
  model.oldest.succeed();
  assert.deepEqual((await predictions[1])?.outputs.get('double'), expectedOutput('double', 2));
});

test('with a batch dimension of 1 each row is its own call, with a leading dimension', async () => {
  const { batcher, model, needs } = setUp({ axis: { kind: 'single', reason: 'test' }, maxDelayMs: 100 });
  const predictions = [1, 2].map((id) => batcher.predict(puppetRow(id), needs()));
  assert.deepEqual(model.oldest.inputs.get('vector')?.shape, [1, 2]);
  model.oldest.succeed();
  assert.equal((await predictions[0])?.batchSize, 1);
  model.oldest.succeed();
  await predictions[1];
});

test('of a call that fails, the one bad row fails alone', async () => {
  const { batcher, clock, model, needs, reports } = setUp({ maxBatchSize: 8 });
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
  const { batcher, clock, model, needs, reports } = setUp();
  const list = batcher.predictMany(rowsOf(3), needs());
  clock.endTick();
  model.oldest.fail(new GatewayError('MODEL_UNAVAILABLE', 'The instance is gone.'));
  for (const result of await list) isFailure('MODEL_UNAVAILABLE', result);
  assert.equal(model.calls.length, 1);
  assert.equal(reports[0]?.outcome, 'unavailable');
});

test('a fault that nobody foresaw is no fault of the rows and keeps its cause', async () => {
  const { batcher, clock, model, needs } = setUp();
  const prediction = batcher.predict(puppetRow(1), needs());
  clock.endTick();
  const cause = new TypeError('x is not a function');
  model.oldest.fail(cause);
  const error = await failsWith('INTERNAL_SERVER_ERROR', prediction);
  assert.equal(error.cause, cause);
  assert.doesNotMatch(error.message, /function/);
});

test('an output with another number of rows is an error that says what came back', async () => {
  const { batcher, clock, model, needs } = setUp();
  const prediction = batcher.predict(puppetRow(1), needs());
  clock.endTick();
  model.oldest.succeed(new Map([['double', { datatype: 'FP32', shape: [3], data: new Float32Array(3) }]]));
  const error = await failsWith('INFERENCE_FAILED', prediction);
  assert.equal(error.message, 'The output "double" has 3 rows for a batch of 1.');
});

test('an output that is missing is an error that names it', async () => {
  const { batcher, clock, model, needs } = setUp();
  const prediction = batcher.predict(puppetRow(1), needs());
  clock.endTick();
  model.oldest.succeed(new Map());
  const error = await failsWith('INFERENCE_FAILED', prediction);
  assert.equal(error.message, 'The model did not return the output "double".');
});

test('a row that waits is told at its deadline, although the instance is busy, and is never computed', async () => {
  const { batcher, clock, model, needs } = setUp();
  const running = batcher.predict(puppetRow(1), needs());
  clock.endTick();
  const waiting = batcher.predict(puppetRow(2), needs({ deadlineAt: clock.now() + 5 }));
  clock.endTick();
  clock.advance(5);
  const error = await failsWith('DEADLINE_EXCEEDED', waiting);
  assert.deepEqual(error.options.details, { queuedMs: 5, computingMs: 0 });
  assert.equal(batcher.queuedRows, 0);
  model.oldest.succeed();
  await running;
  assert.equal(model.calls.length, 1);
});

test('a row in a call that does not return is told at its deadline', async () => {
  const { batcher, clock, needs } = setUp();
  const prediction = batcher.predict(puppetRow(1), needs({ deadlineAt: clock.now() + 20 }));
  clock.advance(5);
  clock.endTick();
  clock.advance(15);
  const error = await failsWith('DEADLINE_EXCEEDED', prediction);
  assert.deepEqual(error.options.details, { queuedMs: 5, computingMs: 15 });
});

test('rows that nobody waits for do not pile up behind a call that does not return', async () => {
  const { batcher, clock, model, needs } = setUp({ maxQueueRows: 4 });
  void batcher.predict(puppetRow(0), needs({ deadlineAt: Infinity }));
  clock.endTick();
  for (let round = 0; round < 20; round += 1) {
    const list = batcher.predictMany(rowsOf(3), needs({ deadlineAt: clock.now() + 1 }));
    clock.endTick();
    clock.advance(1);
    for (const result of await list) isFailure('DEADLINE_EXCEEDED', result);
  }
  assert.equal(batcher.queuedRows, 0);
  assert.equal(model.calls.length, 1);
});

test('one timer serves all deadlines, and an earlier one moves it', async () => {
  const { batcher, clock, needs } = setUp();
  const late = batcher.predict(puppetRow(1), needs({ deadlineAt: clock.now() + 50 }));
  const early = batcher.predict(puppetRow(2), needs({ deadlineAt: clock.now() + 10 }));
  assert.equal(clock.timers, 1);
  clock.advance(10);
  await failsWith('DEADLINE_EXCEEDED', early);
  assert.equal(clock.timers, 1);
  clock.advance(40);
  await failsWith('DEADLINE_EXCEEDED', late);
  assert.equal(clock.timers, 0);
});

test('a deadline that has passed on arrival is refused', async () => {
  const { batcher, clock, needs } = setUp();
  await failsWith('DEADLINE_EXCEEDED', batcher.predict(puppetRow(1), needs({ deadlineAt: clock.now() })));
  assert.equal(batcher.queuedRows, 0);
});

test('rows whose client left are dropped before the call', async () => {
  const { batcher, clock, model, needs } = setUp();
  const client = new AbortController();
  const gone = [1, 2].map((id) => batcher.predict(puppetRow(id), needs({ signal: client.signal })));
  const stays = batcher.predict(puppetRow(3), needs());
  client.abort();
  for (const prediction of gone) await failsWith('CANCELLED', prediction);
  assert.equal(batcher.queuedRows, 1);
  clock.endTick();
  assert.deepEqual(model.oldest.ids, [3]);
  model.oldest.succeed();
  await stays;
  await failsWith('CANCELLED', batcher.predict(puppetRow(4), needs({ signal: client.signal })));
});

test('one listener serves all predictions of a signal, and goes with the last of them', async () => {
  const { batcher, clock, model, needs } = setUp();
  const { signal } = new AbortController();
  const listeners = { added: 0, removed: 0 };
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
    listeners.added += 1;
    addEventListener.apply(signal, given);
  };
  signal.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
    listeners.removed += 1;
    removeEventListener.apply(signal, given);
  };
  const predictions = [1, 2, 3].map((id) => batcher.predict(puppetRow(id), needs({ signal })));
  clock.endTick();
  model.oldest.succeed();
  await Promise.all(predictions);
  assert.deepEqual(listeners, { added: 1, removed: 1 });
});

test('rows beyond the queue are refused with the time to come back, and those in it are served', async () => {
  const { batcher, clock, model, needs } = setUp({ maxQueueRows: 4 });
  const running = batcher.predict(puppetRow(0), needs());
  clock.endTick();
  const list = batcher.predictMany(rowsOf(3), needs());
  const error = await failsWith('OVERLOADED', batcher.predictMany(rowsOf(2), needs()));
  assert.equal(error.options.retryAfterMs, batcher.retryAfterMs);
  await failsWith('BATCH_TOO_LARGE', batcher.predictMany(rowsOf(5), needs()));
  model.oldest.succeed();
  await running;
  model.oldest.succeed();
  assert.equal((await list).length, 3);
});

test('draining answers what waits at once, refuses what comes, and settles after the last call', async () => {
  const { batcher, clock, model, needs } = setUp({ maxDelayMs: 100 });
  const prediction = batcher.predict(puppetRow(1), needs());
  clock.endTick();
  let drained = false;
  const drain = batcher.drain().then(() => (drained = true));
  await failsWith('MODEL_UNAVAILABLE', batcher.predict(puppetRow(2), needs()));
  await promisesSettle();
  assert.equal(drained, false);
  model.oldest.succeed();
  await prediction;
  await drain;
  await batcher.drain();
  assert.equal(clock.timers, 0);
});

test('draining waits for a call whose rows have given up', async () => {
  const { batcher, clock, model, needs } = setUp();
  const prediction = batcher.predict(puppetRow(1), needs({ deadlineAt: clock.now() + 1 }));
  clock.endTick();
  clock.advance(1);
  await failsWith('DEADLINE_EXCEEDED', prediction);
  let drained = false;
  const drain = batcher.drain().then(() => (drained = true));
  await promisesSettle();
  assert.equal(drained, false);
  model.oldest.succeed();
  await drain;
});

test('an idle batcher is drained at once', async () => {
  await setUp().batcher.drain();
});
