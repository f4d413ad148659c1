import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapInLanes } from '../../../src/repository/map-in-lanes.ts';
import { promisesSettle } from '../../helpers/puppet-clock.ts';

test('a list is mapped in its order, with as many calls at a time as there are lanes', async () => {
  const calls: PromiseWithResolvers<string>[] = [];
  const mapped = mapInLanes(['a', 'b', 'c'], 2, () => {
    calls.push(Promise.withResolvers<string>());
    return calls.at(-1)?.promise ?? assert.fail();
  });
  await promisesSettle();
  assert.equal(calls.length, 2);
  calls[1]?.resolve('B');
  await promisesSettle();
  calls[2]?.resolve('C');
  calls[0]?.resolve('A');
  assert.deepEqual(await mapped, ['A', 'B', 'C']);
});

test('a call that fails fails the whole', async () => {
  await assert.rejects(
    mapInLanes([1, 2, 3], 2, (item) => (item === 2 ? Promise.reject(new Error('two')) : Promise.resolve(item))),
    /two/,
  );
});
