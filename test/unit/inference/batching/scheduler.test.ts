import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchScheduler } from '../../../../src/inference/batching/scheduler.ts';
import {
  addPortion,
  createSubmission,
  type Portion,
  type WaitingBatch,
} from '../../../../src/inference/batching/submission.ts';
import { PuppetClock } from '../../../helpers/puppet-clock.ts';

/** A scheduler whose dispatches are noted by the number of the batch; each takes an instance. */
function setUp(
  options: { maxBatchSize?: number; maxDelayMs?: number; idleInstances?: number; clock?: PuppetClock } = {},
) {
  const clock = options.clock ?? new PuppetClock();
  const dispatched: number[] = [];
  const instances = { idle: options.idleInstances ?? 1 };
  /** What is in each batch, as the loader would hold it. */
  const batches: Portion[][] = [];
  const scheduler: BatchScheduler = new BatchScheduler({
    clock,
    maxBatchSize: options.maxBatchSize ?? 4,
    maxDelayMs: options.maxDelayMs ?? 0,
    idleInstances: () => instances.idle,
    dispatch: (portions) => {
      dispatched.push(batches.findIndex((batch) => batch[0] === portions[0]) + 1);
      instances.idle -= 1;
    },
  });
  const ignore = () => undefined;
  const add = (rows: number): WaitingBatch => {
    const submission = createSubmission(rows, { outputs: [], deadlineAt: Infinity }, 0, ignore, ignore);
    const portion = addPortion(submission, 0, { rows, columns: new Map() });
    batches.at(-1)?.push(portion);
    scheduler.added(portion);
    assert.ok(portion.batch);
    return portion.batch;
  };
  const open = (...portions: number[]): readonly WaitingBatch[] => {
    const collected: Portion[] = [];
    batches.push(collected);
    scheduler.open(() => scheduler.collected(collected));
    return portions.map(add);
  };
  const instanceIdles = () => {
    instances.idle += 1;
    scheduler.consider();
  };
  return { clock, dispatched, scheduler, open, add, instanceIdles };
}

test('a batch has room for as many rows as are missing, and a full one for those of the next', () => {
  const { scheduler, open, add } = setUp({ idleInstances: 0 });
  assert.equal(scheduler.room, 4);
  const rowsIn = (batch?: WaitingBatch) => batch?.portions?.map(({ rows }) => rows) ?? null;
  const [batch] = open(3);
  assert.equal(scheduler.room, 1);
  assert.equal(rowsIn(batch), null, 'More may come into it.');
  add(1);
  assert.equal(scheduler.room, 4);
  assert.deepEqual(rowsIn(batch), [3, 1]);
});

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
  const { clock, dispatched, open, add } = setUp({ maxDelayMs: 5 });
  open(3);
  clock.endTick();
  assert.equal(clock.timers, 1);
  add(1);
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
  const [batch] = open(2, 1);
  clock.endTick();
  assert.ok(batch);
  scheduler.rowsLeft(batch, 2);
  assert.deepEqual(dispatched, []);
  scheduler.rowsLeft(batch, 1);
  assert.deepEqual(dispatched, [1]);
  assert.ok(scheduler.empty);
});

test('a row that leaves a batch that has gone changes nothing', () => {
  const { clock, dispatched, open, scheduler } = setUp();
  const [batch] = open(1);
  clock.endTick();
  assert.ok(batch);
  scheduler.rowsLeft(batch, 1);
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
