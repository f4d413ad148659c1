import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packRows } from '../../../../src/tensors/row-block.ts';
import { failsWith, puppetBatcher, rowsOf } from '../../../helpers/puppet-batcher.ts';
import { promisesSettle } from '../../../helpers/puppet-clock.ts';
import { expectedOutput, inferenceFailure, puppetRow } from '../../../helpers/puppet-model.ts';

test('predictions of one tick share a call, and each gets its own row', async () => {
  const { batcher, clock, model, needs } = puppetBatcher();
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
  const { batcher, clock, model, needs } = puppetBatcher();
  const single = batcher.predict(puppetRow(1), needs());
  const list = batcher.predictMany(rowsOf(3, 2), needs());
  clock.endTick();
  assert.deepEqual(model.oldest.ids, [1, 2, 3, 4]);
  model.oldest.succeed();
  assert.equal((await single).batchSize, 4);
  assert.equal((await list).length, 3);
});

test('an empty list needs no call', async () => {
  const { batcher, model, needs } = puppetBatcher();
  assert.deepEqual(await batcher.predictMany([], needs()), []);
  assert.equal(model.calls.length, 0);
});

test('while the instance is busy the queue grows into one larger call, which starts when the call ends', async () => {
  const { batcher, clock, model, needs } = puppetBatcher();
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
  const { batcher, model, needs } = puppetBatcher({ instances: 2, maxDelayMs: 100 });
  void batcher.predictMany(rowsOf(9), needs());
  assert.deepEqual(
    model.running.map((call) => call.ids.length),
    [4, 4],
  );
});

test('queue time is that of each row, and the observer hears of the longest', async () => {
  const { batcher, clock, model, needs, reports } = puppetBatcher({ maxDelayMs: 10 });
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
  const { batcher, clock, model, needs } = puppetBatcher();
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
  const { batcher, clock, model, needs } = puppetBatcher();
  const prediction = batcher.predict(puppetRow(1), needs({ outputs: [] }));
  clock.endTick();
  assert.deepEqual(model.oldest.outputs, ['double']);
  model.oldest.fail(inferenceFailure());
  await failsWith('INFERENCE_FAILED', prediction);
});

test('rows of different shapes never share a call, and use the instances that are idle', async () => {
  const { batcher, clock, model, needs } = puppetBatcher({ instances: 2 });
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
  const { batcher, model, needs, clock } = puppetBatcher({ axis: { kind: 'none', reason: 'test' } });
  const predictions = [1, 2].map((id) => batcher.predict(puppetRow(id), needs()));
  clock.endTick();
  assert.deepEqual(model.oldest.inputs.get('vector')?.shape, [2]);
  model.oldest.succeed();
  await predictions[0];
  model.oldest.succeed();
  assert.deepEqual((await predictions[1])?.outputs.get('double'), expectedOutput('double', 2));
});

test('with a batch dimension of 1 each row is its own call, with a leading dimension', async () => {
  const { batcher, model, needs } = puppetBatcher({ axis: { kind: 'single', reason: 'test' }, maxDelayMs: 100 });
  const predictions = [1, 2].map((id) => batcher.predict(puppetRow(id), needs()));
  assert.deepEqual(model.oldest.inputs.get('vector')?.shape, [1, 2]);
  model.oldest.succeed();
  assert.equal((await predictions[0])?.batchSize, 1);
  model.oldest.succeed();
  await predictions[1];
});

test('rows beyond the queue are refused with the time to come back, and those in it are served', async () => {
  const { batcher, clock, model, needs } = puppetBatcher({ maxQueueRows: 4 });
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
  const { batcher, clock, model, needs } = puppetBatcher({ maxDelayMs: 100 });
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
  const { batcher, clock, model, needs } = puppetBatcher();
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
  await puppetBatcher().batcher.drain();
});

test('answers are handed over as calls return, after the next call has begun', async () => {
  const { model, clock, needs, blocks } = puppetBatcher({ maxBatchSize: 2 });
  const taken: string[] = [];
  const list = blocks.predict(packRows(rowsOf(4)), needs(), (answer, first, rows) => {
    assert.ok(!(answer instanceof Error));
    const doubled = [...(answer.outputs.columns.get('double')?.data ?? [])].join();
    taken.push(`${first} and ${rows} rows: ${doubled} after ${model.calls.length} calls`);
  });
  clock.endTick();
  model.oldest.succeed();
  await promisesSettle();
  assert.deepEqual(taken, ['0 and 2 rows: 2,4 after 2 calls']);
  model.oldest.succeed();
  await list;
  assert.deepEqual(taken.slice(1), ['2 and 2 rows: 6,8 after 2 calls']);
});

test('a list fills up the batch that waits, and what is left of it begins the next', async () => {
  const { model, batcher, clock, needs } = puppetBatcher();
  void batcher.predict(puppetRow(0), needs());
  clock.endTick();
  for (const [count, firstId] of [
    [3, 1],
    [6, 4],
  ] as const)
    void batcher.predictMany(rowsOf(count, firstId), needs());
  for (const ids of [[0], [1, 2, 3, 4], [5, 6, 7, 8], [9]]) {
    assert.deepEqual(model.oldest.ids, ids);
    model.oldest.succeed();
    await promisesSettle();
  }
});
