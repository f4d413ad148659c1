import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SharedTask } from '../../../src/processes/messages.ts';
import { promisesSettle } from '../../helpers/puppet-clock.ts';
import { lastTold, puppetPrimary } from '../../helpers/puppet-processes.ts';

const killed = { code: null, signal: 'SIGKILL' };

const unload = (model: string): SharedTask => ({
  kind: 'order',
  model,
  order: { order: 'UNLOAD', version: null },
  source: null,
});

/** Two processes that are ready. */
function readyPair() {
  const puppet = puppetPrimary(2);
  for (const child of puppet.forked) child.begin();
  return puppet;
}

describe('a process that says hello', () => {
  test('is told its place, and then who is ready', () => {
    const { child } = puppetPrimary(2);
    assert.deepEqual(child(2).told, []);
    child(1).begin();
    child(2).say({ kind: 'hello' });
    assert.deepEqual(child(2).told, [
      { kind: 'welcome', place: { number: 2, total: 2, port: 4000, logFormat: 'json', logLevel: null, orders: [] } },
      { kind: 'census', ready: [1] },
    ]);
    child(2).say({ kind: 'ready' });
    assert.deepEqual(lastTold(child(1), 'census')?.ready, [1, 2]);
  });
});

describe('a process that ends', () => {
  test('is replaced after a while, by one of its number, and the others learn of both', async () => {
    const { child, forked, clock, lines } = readyPair();
    child(2).end(killed);
    assert.deepEqual(lastTold(child(1), 'census')?.ready, [1]);
    clock.advance(99);
    assert.equal(forked.length, 2);
    clock.advance(1);
    child(3).begin();
    assert.equal(lastTold(child(3), 'welcome')?.place.number, 2);
    assert.deepEqual(lastTold(child(1), 'census')?.ready, [1, 2]);
    await promisesSettle();
    const {
      process: number,
      pid,
      code,
      signal,
      restartInMs,
    } = lines.find(({ message }) => message === 'process ended') ?? assert.fail('It is not logged.');
    assert.deepEqual([number, pid, code, signal, restartInMs], [2, 101, null, 'SIGKILL', 100]);
  });

  test('by itself is replaced too, and no error', async () => {
    const { child, forked, clock, lines } = readyPair();
    child(2).end({ code: 0, signal: null });
    clock.advance(100);
    assert.equal(forked.length, 3);
    await promisesSettle();
    assert.equal(lines.find(({ message }) => message === 'process ended')?.level, 'warn');
  });

  test('again and again waits longer each time, until it was ready for a while', () => {
    const { child, forked, clock } = readyPair();
    const restartAfter = (delayMs: number): void => {
      const before = forked.length;
      child(before).end({ code: 1, signal: null });
      clock.advance(delayMs - 1);
      assert.equal(forked.length, before, `before ${delayMs} ms`);
      clock.advance(1);
      assert.equal(forked.length, before + 1, `after ${delayMs} ms`);
    };
    for (const delayMs of [100, 200, 400]) restartAfter(delayMs);
    child(forked.length).begin();
    clock.advance(30_000);
    restartAfter(100);
  });

  test('is replaced by one that is told what was asked for by hand meanwhile', async () => {
    const { child, clock } = readyPair();
    child(2).end(killed);
    child(1).say({ kind: 'ask', id: 7, task: unload('iris') });
    await promisesSettle();
    clock.advance(100);
    child(3).begin();
    const orders = lastTold(child(3), 'welcome')?.place.orders;
    assert.deepEqual(orders, [['iris', { loaded: [], unloaded: [], allUnloaded: true, accepted: [] }]]);
  });

  test('is replaced by one that is told which level of the log was asked for', async () => {
    const { child, clock, lines } = readyPair();
    child(1).say({ kind: 'ask', id: 7, task: { kind: 'log', level: 'error' } });
    await promisesSettle();
    assert.deepEqual(lastTold(child(2), 'do')?.task, { kind: 'log', level: 'error' });
    const written = lines.length;
    // A line of level warn, which the primary does not write any more either.
    child(2).end({ code: 0, signal: null });
    clock.advance(100);
    child(3).begin();
    assert.equal(lastTold(child(3), 'welcome')?.place.logLevel, 'error');
    await promisesSettle();
    assert.equal(lines.length, written);
  });

  test('while none listens leaves the port that the system chose to those that follow', () => {
    const { child, clock } = puppetPrimary(2, 0);
    for (const count of [1, 2]) child(count).begin();
    assert.equal(lastTold(child(2), 'welcome')?.place.port, 0);
    child(1).end(killed);
    clock.advance(100);
    child(3).begin();
    assert.equal(lastTold(child(3), 'welcome')?.place.port, 0);
    for (const count of [2, 3]) child(count).end(killed);
    clock.advance(200);
    child(4).begin();
    assert.equal(lastTold(child(4), 'welcome')?.place.port, 5000);
  });

  test('and cannot be started again is tried again later', async () => {
    const { child, forked, clock, failing, lines } = readyPair();
    failing.error = new Error('spawn ENOMEM');
    child(2).end(killed);
    clock.advance(100);
    assert.equal(forked.length, 2);
    clock.advance(200);
    assert.equal(forked.length, 3);
    await promisesSettle();
    assert.ok(lines.some((line) => line['error'] === 'spawn ENOMEM' && line['process'] === 2));
  });

  test('and says why it cannot start again is logged and tried again', async () => {
    const { child, forked, clock, lines, end } = readyPair();
    child(2).end(killed);
    clock.advance(100);
    child(3).say({ kind: 'hello' });
    child(3).say({ kind: 'failed', message: 'inferql: The folder is gone.\n', exitCode: 1 });
    child(3).end({ code: 1, signal: null });
    clock.advance(200);
    assert.equal(forked.length, 4);
    assert.equal(await end(), null);
    const line = lines.find(({ message }) => message === 'process cannot start');
    assert.deepEqual([line?.['process'], line?.['error']], [2, 'inferql: The folder is gone.']);
  });
});

describe('a server whose first process of a place cannot start', () => {
  test('ends with what that process said and its code, after the others', async () => {
    const { child, end, clock, forked } = puppetPrimary(3);
    child(1).begin();
    for (const count of [2, 3]) {
      child(count).say({ kind: 'hello' });
      child(count).say({ kind: 'failed', message: `inferql: The folder cannot be read by ${count}.\n`, exitCode: 1 });
    }
    assert.equal(lastTold(child(1), 'stop')?.signal, null);
    for (const count of [2, 3]) child(count).end({ code: 1, signal: null });
    assert.equal(await end(), null);
    child(1).end({ code: 0, signal: null });
    assert.deepEqual(await end(), { exitCode: 1, failure: 'inferql: The folder cannot be read by 2.\n' });
    clock.advance(60_000);
    assert.equal(forked.length, 3);
  });

  test('without a word ends with how the process did', async () => {
    const { child, end } = puppetPrimary(2);
    child(1).begin();
    child(2).end({ code: null, signal: 'SIGABRT' });
    child(1).end({ code: 0, signal: null });
    const failure = 'inferql: Process 2 of 2 was ended by SIGABRT before it was ready.\n';
    assert.deepEqual(await end(), { exitCode: 1, failure });
  });

  test('tells a process to stop that says hello too late', async () => {
    const { child, end } = puppetPrimary(2);
    child(1).say({ kind: 'hello' });
    child(1).say({ kind: 'failed', message: 'inferql: no\n', exitCode: 2 });
    child(1).end({ code: 2, signal: null });
    child(2).say({ kind: 'hello' });
    assert.deepEqual(child(2).told, [{ kind: 'stop', signal: null }]);
    child(2).end({ code: 0, signal: null });
    assert.deepEqual(await end(), { exitCode: 2, failure: 'inferql: no\n' });
  });
});

describe('a server that is told to stop', () => {
  test('tells every process, and ends with code 0 after the last, however that ended', async () => {
    const { primary, child, end } = readyPair();
    primary.stop('SIGTERM');
    primary.stop('SIGINT');
    for (const count of [1, 2]) assert.equal(lastTold(child(count), 'stop')?.signal, 'SIGTERM');
    child(1).end({ code: 0, signal: null });
    assert.equal(await end(), null);
    child(2).end(killed);
    assert.deepEqual(await end(), { exitCode: 0, failure: null });
  });

  test('starts no process any more in the place of one that is gone', async () => {
    const { primary, child, clock, forked, end } = readyPair();
    child(1).end(killed);
    primary.stop('SIGTERM');
    assert.equal(clock.timers, 0);
    child(2).end({ code: 0, signal: null });
    assert.deepEqual(await end(), { exitCode: 0, failure: null });
    assert.equal(forked.length, 2);
  });
});

describe('what one process is asked for', () => {
  test('is done by all, the asker too, before it is answered', async () => {
    const { child } = readyPair();
    child(1).say({ kind: 'ask', id: 7, task: { kind: 'rescan' } });
    for (const count of [1, 2]) {
      assert.deepEqual(lastTold(child(count), 'do'), { kind: 'do', round: 1, task: { kind: 'rescan' }, asker: 1 });
    }
    child(1).say({ kind: 'done', round: 1, problem: null });
    await promisesSettle();
    assert.equal(lastTold(child(1), 'answer'), undefined);
    child(2).say({ kind: 'done', round: 1, problem: null });
    await promisesSettle();
    assert.deepEqual(lastTold(child(1), 'answer'), { kind: 'answer', id: 7, problems: [] });
    assert.equal(lastTold(child(2), 'answer'), undefined);
  });

  test('is answered with the processes that could not do it', async () => {
    const { child } = readyPair();
    child(1).say({ kind: 'ask', id: 7, task: { kind: 'rescan' } });
    const problem = { code: 'MODEL_UNAVAILABLE', message: 'It cannot be read.' } as const;
    child(2).say({ kind: 'done', round: 1, problem });
    child(1).say({ kind: 'done', round: 1, problem: null });
    await promisesSettle();
    assert.deepEqual(lastTold(child(1), 'answer')?.problems, [{ number: 2, ...problem }]);
  });

  test('does not wait for a process that ends', async () => {
    const { child } = readyPair();
    child(1).say({ kind: 'ask', id: 7, task: { kind: 'rescan' } });
    child(1).say({ kind: 'done', round: 1, problem: null });
    child(2).end(killed);
    await promisesSettle();
    assert.deepEqual(lastTold(child(1), 'answer')?.problems, []);
  });

  test('of one model reaches every process in one order, the next after the one before it is done', async () => {
    const { child } = readyPair();
    child(1).say({ kind: 'ask', id: 1, task: unload('iris') });
    child(2).say({
      kind: 'ask',
      id: 1,
      task: { ...unload('iris'), order: { order: 'LOAD', version: null } } as SharedTask,
    });
    child(2).say({ kind: 'ask', id: 2, task: unload('titanic') });
    await promisesSettle();
    const doings = (count: number) => child(count).told.flatMap((message) => (message.kind === 'do' ? [message] : []));
    const seen = (count: number) =>
      doings(count).map(({ task }) => (task.kind === 'order' ? `${task.order.order} ${task.model}` : task.kind));
    for (const count of [1, 2]) assert.deepEqual(seen(count), ['UNLOAD iris', 'UNLOAD titanic']);
    for (const count of [1, 2]) child(count).say({ kind: 'done', round: 1, problem: null });
    await promisesSettle();
    for (const count of [1, 2]) assert.deepEqual(seen(count), ['UNLOAD iris', 'UNLOAD titanic', 'LOAD iris']);
  });

  test('to forget is passed on only where there is something to forget', async () => {
    const { child } = readyPair();
    child(1).say({ kind: 'ask', id: 1, task: { kind: 'forget', model: 'iris' } });
    await promisesSettle();
    assert.equal(lastTold(child(2), 'do'), undefined);
    assert.deepEqual(lastTold(child(1), 'answer')?.problems, []);
    child(1).say({ kind: 'ask', id: 2, task: unload('iris') });
    await promisesSettle();
    for (const count of [1, 2]) child(count).say({ kind: 'done', round: 1, problem: null });
    child(1).say({ kind: 'ask', id: 3, task: { kind: 'forget', model: 'iris' } });
    await promisesSettle();
    assert.deepEqual(lastTold(child(2), 'do')?.task, { kind: 'forget', model: 'iris' });
  });

  test('is not answered to the process that follows the asker', async () => {
    const { child, clock } = readyPair();
    child(1).say({ kind: 'ask', id: 1, task: { kind: 'rescan' } });
    child(1).end(killed);
    clock.advance(100);
    child(3).begin();
    child(2).say({ kind: 'done', round: 1, problem: null });
    await promisesSettle();
    assert.equal(lastTold(child(3), 'answer'), undefined);
  });
});

test('what the processes write is copied', async () => {
  const { child, written } = readyPair();
  child(1).output.write('a line\nand a');
  await promisesSettle();
  child(2).output.write('another line\n');
  await promisesSettle();
  assert.deepEqual(written, ['a line\n', 'another line\n']);
});
