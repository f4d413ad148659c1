import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failsWith, isFailure, puppetBatcher, rowsOf } from '../../../helpers/puppet-batcher.ts';
import { puppetRow } from '../../../helpers/puppet-model.ts';

test('a row that waits is told at its deadline, although the instance is busy, and is never computed', async () => {
  const { batcher, clock, model, needs } = puppetBatcher();
  const running = batcher.predict(puppetRow(1), needs());
  clock.endTick();
  const waiting = batcher.predict(puppetRow(2), needs({ deadlineAt: clock.now() + 5 }));
  clock.endTick();
  clock.advance(5);
  const error = await failsWith('DEADLINE_EXCEEDED', waiting);
  assert.deepEqual(error.options.details, { preparingMs: 0, queuedMs: 5, computingMs: 0 });
  assert.equal(batcher.queuedRows, 0);
  model.oldest.succeed();
  await running;
  assert.equal(model.calls.length, 1);
});

test('a row in a call that does not return is told at its deadline', async () => {
  const { batcher, clock, needs } = puppetBatcher();
  const times = { requestedAt: clock.now() - 7, deadlineAt: clock.now() + 20 };
  const prediction = batcher.predict(puppetRow(1), needs(times));
  clock.advance(5);
  clock.endTick();
  clock.advance(15);
  const error = await failsWith('DEADLINE_EXCEEDED', prediction);
  assert.deepEqual(error.options.details, { preparingMs: 7, queuedMs: 5, computingMs: 15 });
  assert.equal(
    error.message,
    'The prediction was not finished by its deadline: it was prepared for 7 ms, waited 5 ms and was computed for 15 ms.',
  );
});

test('rows that nobody waits for do not pile up behind a call that does not return', async () => {
  const { batcher, clock, model, needs } = puppetBatcher({ maxQueueRows: 4 });
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
  const { batcher, clock, needs } = puppetBatcher();
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
  const { batcher, clock, needs } = puppetBatcher();
  const times = { requestedAt: clock.now() - 9, deadlineAt: clock.now() };
  const error = await failsWith('DEADLINE_EXCEEDED', batcher.predict(puppetRow(1), needs(times)));
  assert.deepEqual(error.options.details, { preparingMs: 9, queuedMs: 0, computingMs: 0 });
  assert.equal(batcher.queuedRows, 0);
});

test('a row past its deadline is not computed, even when the event loop was too busy to tell it', async () => {
  const { batcher, clock, model, needs } = puppetBatcher();
  const running = batcher.predict(puppetRow(1), needs());
  clock.endTick();
  const late = batcher.predict(puppetRow(2), needs({ deadlineAt: clock.now() + 5 }));
  const waiting = batcher.predict(puppetRow(3), needs());
  clock.endTick();
  clock.stall(5);
  model.oldest.succeed();
  await running;
  assert.deepEqual(model.oldest.ids, [3]);
  await failsWith('DEADLINE_EXCEEDED', late);
  model.oldest.succeed();
  await waiting;
});

test('the timer is not set again for rows that were answered in time', async () => {
  const { batcher, clock, model, needs } = puppetBatcher();
  const predictions = [10, 50].map((timeoutMs) => {
    return batcher.predict(puppetRow(1), needs({ deadlineAt: clock.now() + timeoutMs }));
  });
  clock.endTick();
  model.oldest.succeed();
  await Promise.all(predictions);
  clock.advance(10);
  assert.equal(clock.timers, 0);
});

test('what could not be answered in time, as calls have cost, is refused at once, and leaves those that wait alone', async () => {
  const { batcher, clock, model, needs } = puppetBatcher({ maxBatchSize: 1 });
  const first = batcher.predict(puppetRow(1), needs());
  clock.endTick();
  clock.advance(100);
  model.oldest.succeed();
  await first;
  const running = batcher.predict(puppetRow(2), needs());
  clock.endTick();
  const waiting = batcher.predict(puppetRow(3), needs({ deadlineAt: clock.now() + 350 }));
  // A call of 100 ms runs and another one waits, so that the next would be answered after 300 ms, and half of that is allowed for.
  const times = { deadlineAt: clock.now() + 350 };
  const error = await failsWith('OVERLOADED', batcher.predict(puppetRow(4), needs(times)));
  assert.equal(error.options.retryAfterMs, 100);
  assert.deepEqual(error.options.details, { rows: 1, queuedRows: 1, expectedMs: 450, remainingMs: 350 });
  clock.advance(100);
  model.oldest.succeed();
  await running;
  model.oldest.succeed();
  await waiting;
  assert.deepEqual(
    model.calls.map(({ ids }) => ids),
    [[1], [2], [3]],
  );
});
