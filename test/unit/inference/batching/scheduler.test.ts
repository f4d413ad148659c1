import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchScheduler, type WaitingBatch } from '../../../../src/inference/batching/scheduler.ts';
import { PuppetClock } from '../../../helpers/puppet-clock.ts';

/** A scheduler whose dispatches are noted by the number of the batch; each takes an instance. */
function setUp(
  options: { maxBatchSize?: number; maxDelayMs?: number; idleInstances?: number; clock?: PuppetClock } = {},
) {
  const clock = options.clock ?? new PuppetClock();
  const dispatched: number[] = [];
  const instances = { idle: options.idleInstances ?? 1 };
  const scheduler = new BatchScheduler({
    clock,
    maxBatchSize: options.maxBatchSize ?? 4,
    maxDelayMs: options.maxDelayMs ?? 0,
    idleInstances: () => instances.idle,
  });
  let opened = 0;
  const open = (rows: number) => {
    const number = (opened += 1);
    scheduler.open(() => {
      dispatched.push(number);
      instances.idle -= 1;
    });
    return Array.from({ length: rows }, () => {
      const row: { batch: WaitingBatch | null } = { batch: null };
      scheduler.rowAdded(row);
      assert.ok(row.batch);
      return row.batch;
    });
  };
  const instanceIdles = () => {
    instances.idle += 1;
    scheduler.consider();
  };
  return { clock, dispatched, scheduler, open, instanceIdles };
}

test('an incomplete batch goes at the end of the tick, not before', () => {
  const { clock, dispatched, open } = setUp();
  open(1);
  assert.deepEqual(dispatched, []);
  clock.endTick();
  assert.deepEqual(dispatched, [1]);
});

test('a batch that fills up goes within the tick', () => {
  const { dispatched, open } = setUp({ maxDelayMs: 50 });
  open(4);
  assert.deepEqual(dispatched, [1]);
});

test('batches wait while all instances are busy, and the oldest goes first', () => {
  const { clock, dispatched, open, instanceIdles } = setUp({ idleInstances: 0 });
  open(4);
  open(4);
  open(1);
  clock.endTick();
  assert.deepEqual(dispatched, []);
  instanceIdles();
  assert.deepEqual(dispatched, [1]);
  instanceIdles();
  instanceIdles();
  assert.deepEqual(dispatched, [1, 2, 3]);
});

test('as many batches go as instances are idle', () => {
  const { clock, dispatched, open } = setUp({ idleInstances: 2 });
  open(4);
  open(4);
  open(4);
  clock.endTick();
  assert.deepEqual(dispatched, [1, 2]);
});

test('an incomplete batch is held for the delay while an instance is idle', () => {
  const { clock, dispatched, open, scheduler } = setUp({ maxDelayMs: 5 });
  open(1);
  clock.endTick();
  clock.advance(4.9);
  assert.deepEqual(dispatched, []);
  clock.advance(0.1);
  assert.deepEqual(dispatched, [1]);
  assert.ok(scheduler.empty);
});

test('a timer that is not needed any more is called off', () => {
  const { clock, dispatched, open, scheduler } = setUp({ maxDelayMs: 5 });
  open(3);
  clock.endTick();
  assert.equal(clock.timers, 1);
  scheduler.rowAdded({ batch: null });
  assert.deepEqual(dispatched, [1]);
  assert.equal(clock.timers, 0);
});

test('a timer that fires early is set again', () => {
  const early = new (class extends PuppetClock {
    override after(delayMs: number, callback: () => void): () => void {
      return super.after(delayMs / 2, callback);
    }
  })();
  const { clock, dispatched, open } = setUp({ maxDelayMs: 5, clock: early });
  open(1);
  clock.endTick();
  clock.advance(2.5);
  assert.deepEqual(dispatched, []);
  assert.equal(clock.timers, 1);
  clock.advance(10);
  assert.deepEqual(dispatched, [1]);
});

test('a batch that all rows have left is discarded although every instance is busy', () => {
  const { clock, dispatched, open, scheduler } = setUp({ idleInstances: 0 });
  const [first, second] = open(2);
  clock.endTick();
  assert.ok(first && second);
  scheduler.rowLeft(first);
  assert.deepEqual(dispatched, []);
  scheduler.rowLeft(second);
  assert.deepEqual(dispatched, [1]);
  assert.ok(scheduler.empty);
});

test('a row that leaves a batch that has gone changes nothing', () => {
  const { clock, dispatched, open, scheduler } = setUp();
  const [batch] = open(1);
  clock.endTick();
  assert.ok(batch);
  scheduler.rowLeft(batch);
  assert.deepEqual(dispatched, [1]);
});

test('in a hurry no batch is held for company', () => {
  const { clock, dispatched, open, scheduler } = setUp({ maxDelayMs: 50 });
  open(1);
  clock.endTick();
  scheduler.hurry();
  assert.deepEqual(dispatched, [1]);
  assert.equal(clock.timers, 0);
});
