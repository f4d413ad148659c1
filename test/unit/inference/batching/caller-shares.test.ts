import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallerShares } from '../../../../src/inference/batching/caller-shares.ts';
import { promisesSettle } from '../../../helpers/puppet-clock.ts';
import { failsWith, puppetBatcher, rowsOf } from '../../../helpers/puppet-batcher.ts';
import { puppetRow } from '../../../helpers/puppet-model.ts';

test('a share is an equal part for each caller that waits, with the one that comes, and never nothing', () => {
  const shares = new CallerShares();
  assert.equal(shares.shareOf('a', 10), 10);
  shares.add('a', 4);
  assert.equal(shares.shareOf('a', 10), 10);
  assert.equal(shares.shareOf('b', 10), 5);
  for (let index = 0; index < 30; index += 1) shares.add(`other ${index}`, 1);
  assert.equal(shares.shareOf('b', 10), 1);
});

test('who has no row any more is forgotten', () => {
  const shares = new CallerShares();
  shares.add('a', 5);
  shares.remove('a', 4);
  assert.equal(shares.rowsOf('a'), 1);
  shares.remove('a', 1);
  assert.equal(shares.rowsOf('a'), 0);
  assert.equal(shares.shareOf('b', 10), 10);
});

test('one who sends without end does not keep another from the queue, and its rows leave it in every way', async () => {
  const { batcher, clock, model, needs } = puppetBatcher({ maxQueueRows: 8 });
  const running = batcher.predict(puppetRow(0), needs());
  clock.endTick();
  const leaving = new AbortController();
  const greedy = [
    batcher.predictMany(rowsOf(2), needs({ caller: 'greedy', signal: leaving.signal })),
    batcher.predictMany(rowsOf(2), needs({ caller: 'greedy', deadlineAt: clock.now() + 5 })),
  ];
  const modest = [batcher.predict(puppetRow(10), needs({ caller: 'modest' }))];
  await failsWith('OVERLOADED', batcher.predict(puppetRow(11), needs({ caller: 'greedy' })));
  modest.push(batcher.predict(puppetRow(12), needs({ caller: 'modest' })));
  leaving.abort();
  clock.advance(5);
  await Promise.all(greedy);
  assert.equal(batcher.queuedRows, 2);
  // What it has left and lost is no longer counted: it has its whole share again.
  const again = batcher.predictMany(rowsOf(4, 20), needs({ caller: 'greedy' }));
  while (model.running.length > 0) {
    model.oldest.succeed();
    await promisesSettle();
    clock.endTick();
  }
  await Promise.all([running, ...modest, again]);
  assert.equal(batcher.queuedRows, 0);
});
