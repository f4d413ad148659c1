import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failsWith, puppetBatcher } from '../../../helpers/puppet-batcher.ts';
import { puppetRow } from '../../../helpers/puppet-model.ts';

test('rows whose client left are dropped before the call', async () => {
  const { batcher, clock, model, needs } = puppetBatcher();
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

test('one listener serves all predictions of a signal, and goes with the last of them', async (context) => {
  const { batcher, clock, model, needs } = puppetBatcher();
  const { signal } = new AbortController();
  const added = context.mock.method(signal, 'addEventListener');
  const removed = context.mock.method(signal, 'removeEventListener');
  const predictions = [1, 2, 3].map((id) => batcher.predict(puppetRow(id), needs({ signal })));
  assert.equal(added.mock.callCount(), 1);
  clock.endTick();
  model.oldest.succeed();
  await Promise.all(predictions);
  assert.deepEqual(removed.mock.calls[0]?.arguments, added.mock.calls[0]?.arguments);
});

test('a client that leaves after some of its predictions were answered leaves the others', async () => {
  const { batcher, clock, model, needs } = puppetBatcher();
  const client = new AbortController();
  const answered = batcher.predict(puppetRow(1), needs({ signal: client.signal }));
  clock.endTick();
  const waiting = batcher.predict(puppetRow(2), needs({ signal: client.signal }));
  model.oldest.succeed();
  assert.equal((await answered).batchSize, 1);
  client.abort();
  await failsWith('CANCELLED', waiting);
});

test('a batch that all clients have left is not held any longer', async () => {
  const { batcher, clock, needs } = puppetBatcher({ maxDelayMs: 50 });
  const client = new AbortController();
  const prediction = batcher.predict(puppetRow(1), needs({ signal: client.signal }));
  clock.endTick();
  assert.equal(clock.timers, 2, 'One for the delay, one for the deadline.');
  client.abort();
  await failsWith('CANCELLED', prediction);
  assert.equal(clock.timers, 1);
});
