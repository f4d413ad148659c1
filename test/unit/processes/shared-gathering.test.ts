import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyReport } from '../../../src/observability/metrics/readings.ts';
import type { GatheredReport } from '../../../src/processes/messages.ts';
import { sharedGathering } from '../../../src/processes/shared-gathering.ts';
import { promisesSettle } from '../../helpers/puppet-clock.ts';

test('one report is asked for at a time, by whoever asks in a turn, and never from before the question', async () => {
  const begun: PromiseWithResolvers<GatheredReport>[] = [];
  const gather = sharedGathering(() => {
    const next = Promise.withResolvers<GatheredReport>();
    begun.push(next);
    return next.promise;
  });
  const settle = (place: number) => begun[place]?.resolve({ report: emptyReport, silent: place });
  const first = [gather(), gather()];
  await promisesSettle();
  await promisesSettle();
  assert.equal(begun.length, 1);
  const second = [gather(), gather()];
  await promisesSettle();
  assert.equal(begun.length, 1);
  settle(0);
  assert.deepEqual(
    (await Promise.all(first)).map(({ silent }) => silent),
    [0, 0],
  );
  await promisesSettle();
  await promisesSettle();
  assert.equal(begun.length, 2);
  settle(1);
  assert.deepEqual(
    (await Promise.all(second)).map(({ silent }) => silent),
    [1, 1],
  );
});

test('a report that cannot be had keeps nobody from the next', async () => {
  let times = 0;
  const gather = sharedGathering(async () => {
    times += 1;
    if (times === 1) throw new Error('No.');
    return { report: emptyReport, silent: 0 };
  });
  await assert.rejects(gather(), /No/);
  assert.deepEqual(await gather(), { report: emptyReport, silent: 0 });
});
