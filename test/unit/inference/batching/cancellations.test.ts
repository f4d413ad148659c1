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

test('one listener serves all predictions of a signal, and goes with the last of them', async () => {
  const { batcher, clock, model, needs } = puppetBatcher();
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
