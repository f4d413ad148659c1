import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PixelBudget } from '../../../../src/tasks/images/pixel-budget.ts';

test('jobs run together while they fit, in their order', async () => {
  const budget = new PixelBudget(10);
  const log: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<void>>();
  const start = (name: string, pixels: number) =>
    budget.run(pixels, () => {
      log.push(name);
      const end = Promise.withResolvers<void>();
      ends.set(name, end);
      return end.promise;
    });
  const all = [start('a', 4), start('b', 6), start('c', 8), start('d', 1)];
  await new Promise(setImmediate);
  assert.deepEqual(log, ['a', 'b']);
  ends.get('a')?.resolve();
  await new Promise(setImmediate);
  assert.deepEqual(log, ['a', 'b'], 'd would fit, and waits behind c');
  ends.get('b')?.resolve();
  await new Promise(setImmediate);
  assert.deepEqual(log, ['a', 'b', 'c', 'd']);
  for (const end of ends.values()) end.resolve();
  await Promise.all(all);
});

test('a job that fails makes room', async () => {
  const budget = new PixelBudget(1);
  await assert.rejects(
    budget.run(1, () => Promise.reject(new RangeError())),
    RangeError,
  );
  assert.equal(await budget.run(1, async () => 'next'), 'next');
});

test('any jobs all end, and never have more together than is allowed unless one is alone', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(15), { maxLength: 20 }), async (sizes) => {
      const budget = new PixelBudget(10);
      const running: number[] = [];
      const results = await Promise.all(
        sizes.map((pixels, index) =>
          budget.run(pixels, async () => {
            running.push(pixels);
            const total = running.reduce((sum, each) => sum + each, 0);
            const most = Math.max(...running);
            assert.ok(total <= 10 || total === most, running.join());
            await new Promise(setImmediate);
            running.splice(running.indexOf(pixels), 1);
            return index;
          }),
        ),
      );
      assert.deepEqual(results, [...sizes.keys()]);
    }),
  );
});
