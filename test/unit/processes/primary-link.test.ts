import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MemoryBudgets } from '../../../src/access/budgets/memory-budgets.ts';
import type { Budgets } from '../../../src/access/budgets/budgets.ts';
import { GatewayError } from '../../../src/errors.ts';
import { emptyReport, type Report } from '../../../src/observability/metrics/readings.ts';
import type { SharedTask } from '../../../src/processes/messages.ts';
import { noPeers, type CarryOut } from '../../../src/processes/peers.ts';
import { PrimaryLink } from '../../../src/processes/primary-link.ts';
import { promisesSettle } from '../../helpers/puppet-clock.ts';
import { puppetPrimary } from '../../helpers/puppet-processes.ts';

const unload: SharedTask = {
  kind: 'order',
  model: 'iris',
  order: { order: 'UNLOAD', version: 1 },
  source: 'these files',
};

/** Processes on both sides of their channels, of which each does what it has to as the test says. */
async function linkedProcesses(carryOuts: readonly CarryOut[], budgets: Budgets | null = null) {
  const puppet = puppetPrimary(carryOuts.length, 4000, budgets);
  const faults: unknown[] = [];
  const links = await Promise.all(
    carryOuts.map(async (carryOut, index) => {
      const link = await PrimaryLink.join(puppet.child(index + 1).channel);
      assert.ok(link !== null);
      link.onTask(carryOut, (error) => faults.push(error));
      return link;
    }),
  );
  const link = (number: number): PrimaryLink => links[number - 1] ?? assert.fail('There is no such process.');
  return { ...puppet, link, faults };
}

test('the budget of a caller is one, whichever process is asked', async () => {
  const nothing = async () => undefined;
  const { link } = await linkedProcesses([nothing, nothing], new MemoryBudgets({ cost: 100, windowSeconds: 60 }));
  const asked = [link(1), link(2), link(1), link(2)].map(({ budgets }) => budgets.spend('ada', 40));
  const spendings = (await Promise.all(asked)).map(({ isGranted, remaining }) => [isGranted, remaining]);
  assert.deepEqual(
    spendings.toSorted(([, one], [, other]) => Number(other) - Number(one)),
    [
      [true, 60],
      [true, 20],
      [false, 20],
      [false, 20],
    ],
  );
  assert.equal((await link(2).budgets.spend('bob', 40)).remaining, 60);
});

describe('a process among others', () => {
  test('knows its number, how many there are, and how many others are ready', async () => {
    const { link } = await linkedProcesses([async () => undefined, async () => undefined]);
    assert.deepEqual([link(2).number, link(2).total, link(2).readyOthers], [2, 2, 0]);
    link(2).tellReady();
    await promisesSettle();
    await promisesSettle();
    assert.deepEqual([link(1).readyOthers, link(2).readyOthers], [1, 0]);
  });

  test('has every process do what it is asked for, and knows itself as the asker', async () => {
    const done: unknown[] = [];
    const note =
      (number: number): CarryOut =>
      async (task, isAsker) => {
        done.push([number, task, isAsker]);
      };
    const { link } = await linkedProcesses([note(1), note(2)]);
    await link(2).carryOut(unload);
    assert.deepEqual(done, [
      [1, unload, false],
      [2, unload, true],
    ]);
  });

  const unreadable = async () => {
    throw new GatewayError('MODEL_UNAVAILABLE', 'The folder cannot be read.');
  };

  test('says which of them could not', async () => {
    const { link, faults } = await linkedProcesses([async () => undefined, unreadable]);
    await assert.rejects(link(1).carryOut(unload), {
      code: 'MODEL_UNAVAILABLE',
      message: 'The folder cannot be read. That was so in process 2 of 2; the others did what was asked for.',
    });
    assert.deepEqual(faults, []);
  });

  test('says only why, where none could', async () => {
    const { link } = await linkedProcesses([unreadable, unreadable]);
    await assert.rejects(link(1).carryOut(unload), { message: 'The folder cannot be read.' });
  });

  test('logs a fault where it happened', async () => {
    const fault = new TypeError('undefined is not a function');
    const { link, faults } = await linkedProcesses([
      async () => undefined,
      async () => {
        throw fault;
      },
    ]);
    await assert.rejects(link(1).carryOut(unload), { code: 'INTERNAL_SERVER_ERROR' });
    assert.deepEqual(faults, [fault]);
  });

  test('does what came before it could do anything', async () => {
    const { child } = puppetPrimary(1);
    const link = await PrimaryLink.join(child(1).channel);
    const asked = link?.carryOut(unload);
    await promisesSettle();
    const done: SharedTask[] = [];
    link?.onTask(
      async (task) => void done.push(task),
      () => undefined,
    );
    await asked;
    assert.deepEqual(done, [unload]);
  });

  /** A process that has answered so many requests. */
  const answered = (count: number): Report => ({
    sinceStart: { inferql_http_requests_total: [[['/graphql', '200'], count]] },
    lastMinute: {},
  });

  test('gathers what all have counted, and what one that ended had', async () => {
    const { link, child } = await linkedProcesses([async () => undefined, async () => undefined]);
    link(1).onReport(() => answered(1));
    link(2).onReport(() => answered(2));
    assert.deepEqual(await link(1).gather(), { report: answered(3), silent: 0 });
    assert.deepEqual(await link(2).gather(), { report: answered(3), silent: 0 });
    child(2).end({ code: 1, signal: null });
    link(1).onReport(() => answered(5));
    assert.deepEqual(await link(1).gather(), { report: answered(7), silent: 1 });
  });

  test('waits a second for one that does not report, and tells that it did not', async () => {
    const { link, child, clock } = await linkedProcesses([async () => undefined, async () => undefined]);
    link(1).onReport(() => answered(1));
    link(2).onReport(() => answered(2));
    await link(1).gather();
    link(1).onReport(() => answered(10));
    child(2).hang();
    const asked = link(1).gather();
    await promisesSettle();
    await promisesSettle();
    clock.advance(999);
    assert.equal(await Promise.race([asked, promisesSettle().then(() => 'waits')]), 'waits');
    clock.advance(1);
    assert.deepEqual(await asked, { report: answered(12), silent: 1 });
  });

  test('is told once to stop, also where it was before it listened', async () => {
    const { link, primary } = await linkedProcesses([async () => undefined]);
    primary.stop('SIGTERM');
    await promisesSettle();
    const signals: (string | null)[] = [];
    link(1).onStop((signal) => signals.push(signal));
    assert.deepEqual(signals, ['SIGTERM']);
  });

  test('does not begin where the server stops already', async () => {
    const { child, primary } = puppetPrimary(1);
    primary.stop('SIGTERM');
    assert.equal(await PrimaryLink.join(child(1).channel), null);
  });
});

describe('a process alone', () => {
  test('does by itself what it is asked for, and fails as that did', async () => {
    const peers = noPeers();
    const done: unknown[] = [];
    peers.onTask(
      async (task, isAsker) => void done.push([task, isAsker]),
      () => undefined,
    );
    await peers.carryOut(unload);
    assert.deepEqual(done, [[unload, true]]);
    const fault = new Error('no');
    peers.onTask(
      () => Promise.reject(fault),
      () => undefined,
    );
    await assert.rejects(peers.carryOut(unload), fault);
  });

  test('has counted what it has counted', async () => {
    const peers = noPeers();
    assert.deepEqual(await peers.gather(), { report: emptyReport, silent: 0 });
    const report: Report = { sinceStart: { inferql_processes: [[[], 1]] }, lastMinute: {} };
    peers.onReport(() => report);
    assert.deepEqual(await peers.gather(), { report, silent: 0 });
  });

  test('is the first of one', () => {
    const { number, total, readyOthers } = noPeers();
    assert.deepEqual([number, total, readyOthers], [1, 1, 0]);
  });
});
