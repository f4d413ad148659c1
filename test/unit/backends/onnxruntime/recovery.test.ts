import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Recovery, type Remedy } from '../../../../src/backends/onnxruntime/recovery.ts';

const restart = (delayMs: number): Remedy => ({ kind: 'restart', delayMs });
const ended = (at: number) => ({ at, how: 'ended', byOther: false }) as const;
const stuck = (at: number) => ({ at, how: 'stuck', byOther: false }) as const;

function succeed(recovery: Recovery, times = 10): void {
  for (let time = 0; time < times; time += 1) recovery.succeeded();
}

test('each loss waits twice as long as the one before, and good calls between make it the first again', () => {
  const recovery = new Recovery();
  assert.deepEqual(recovery.lost(ended(0)), restart(100));
  assert.deepEqual(recovery.lost(ended(1)), restart(200));
  succeed(recovery);
  assert.deepEqual(recovery.lost(ended(70_000)), restart(100));
});

test('the third loss without good calls between is the last, however long it took', () => {
  const recovery = new Recovery();
  recovery.lost(ended(0));
  succeed(recovery, 9);
  recovery.lost(ended(100_000));
  succeed(recovery, 9);
  assert.equal(recovery.lost(ended(200_000)).kind, 'give up');
});

test('the third loss in a minute is the last, however many good calls there were', () => {
  const recovery = new Recovery();
  for (const at of [0, 20_000, 61_000]) {
    assert.equal(recovery.lost(ended(at)).kind, 'restart');
    succeed(recovery);
  }
  assert.equal(recovery.lost(ended(62_000)).kind, 'give up');
});

test('what others did counts for nothing, and is made good at once, but not without end', () => {
  const recovery = new Recovery();
  const byOther = (at: number) => recovery.lost({ at, how: 'ended', byOther: true });
  assert.deepEqual([0, 500, 999, 2500].map(byOther), [restart(0), restart(100), restart(100), restart(0)]);
  assert.deepEqual(recovery.lost(ended(3000)), restart(100));
});

test('the third thread at a time that does not return is the last; those that came back do not count', () => {
  const recovery = new Recovery();
  const minutes = (count: number) => {
    succeed(recovery);
    return stuck(count * 100_000);
  };
  assert.equal(recovery.lost(minutes(0)).kind, 'restart');
  assert.equal(recovery.lost(minutes(1)).kind, 'restart');
  recovery.returned();
  assert.equal(recovery.lost(minutes(2)).kind, 'restart');
  const last = recovery.lost(minutes(3));
  assert.ok(last.kind === 'give up' && last.reason.includes('stopped answering'));
});

test('a thread that cannot be started is tried again up to every ten seconds, and given up after ten times', () => {
  const recovery = new Recovery();
  const delays: number[] = [];
  for (let remedy = recovery.lost(ended(0)); remedy.kind === 'restart'; remedy = recovery.startFailed()) {
    delays.push(remedy.delayMs);
  }
  assert.deepEqual(delays, [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000]);
});
