import assert from 'node:assert/strict';
import { nextTick } from 'node:process';
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
      scheduler.rowAdded(row, clock.now());
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
  scheduler.rowAdded({ batch: null }, clock.now());
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

/** Waits until the promises that are settled now have called back. */
const turn = () => new Promise<void>((resolve) => nextTick(resolve));

test('a long tick is cut: an idle instance takes what is there when the request at hand has put in all its rows', async () => {
  const { clock, dispatched, open, scheduler } = setUp({ maxBatchSize: 100 });
  open(1);
  clock.stall(1);
  scheduler.rowAdded({ batch: null }, clock.now());
  scheduler.rowAdded({ batch: null }, clock.now());
  assert.deepEqual(dispatched, []);
  await turn();
  assert.deepEqual(dispatched, [1]);
});

test('a short tick is not cut', async () => {
  const { clock, dispatched, open, scheduler } = setUp({ maxBatchSize: 100 });
  open(1);
  clock.stall(0.9);
  scheduler.rowAdded({ batch: null }, clock.now());
  await turn();
  assert.deepEqual(dispatched, []);
  clock.endTick();
  assert.deepEqual(dispatched, [1]);
});

test('what counts as long follows the last call', async () => {
  const { clock, dispatched, open, scheduler } = setUp({ maxBatchSize: 100 });
  scheduler.callTook(6);
  open(1);
  clock.stall(2.9);
  scheduler.rowAdded({ batch: null }, clock.now());
  await turn();
  assert.deepEqual(dispatched, []);
  clock.stall(0.1);
  scheduler.rowAdded({ batch: null }, clock.now());
  await turn();
  assert.deepEqual(dispatched, [1]);
});

test('a tick is not cut while all instances are busy', async () => {
  const { clock, dispatched, open, scheduler, instanceIdles } = setUp({ maxBatchSize: 100, idleInstances: 0 });
  open(1);
  clock.stall(5);
  scheduler.rowAdded({ batch: null }, clock.now());
  await turn();
  assert.deepEqual(dispatched, []);
  instanceIdles();
  assert.deepEqual(dispatched, [1]);
});

test('a cut does not end the delay that a batch is held for', async () => {
  const { clock, dispatched, open, scheduler } = setUp({ maxBatchSize: 100, maxDelayMs: 20 });
  open(1);
  clock.stall(5);
  scheduler.rowAdded({ batch: null }, clock.now());
  await turn();
  clock.endTick();
  assert.deepEqual(dispatched, []);
  clock.advance(15);
  assert.deepEqual(dispatched, [1]);
});
