import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { FairTurns } from '../../../../src/tasks/images/fair-turns.ts';

/** Jobs that tell when they begin, and end when they are told to. */
function puppets(turns: FairTurns) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    begun,
    start: (name: string, weight: number, owner: object = {}, signal?: AbortSignal) =>
      turns.run({ owner, weight, signal }, () => {
        begun.push(name);
        const { promise, resolve } = Promise.withResolvers<string>();
        ends.set(name, () => resolve(name));
        return promise;
      }),
    end: async (name: string) => {
      ends.get(name)?.();
      await new Promise(setImmediate);
    },
  };
}

describe('turns', () => {
  test('jobs run together while they fit, and nobody overtakes', async () => {
    const { begun, start, end } = puppets(new FairTurns({ places: 9, allowed: 10 }));
    const all = [start('a', 4), start('b', 6), start('c', 8), start('d', 1)];
    assert.deepEqual(begun, ['a', 'b']);
    await end('a');
    assert.deepEqual(begun, ['a', 'b'], 'd would fit, and waits behind c');
    await end('b');
    assert.deepEqual(begun, ['a', 'b', 'c', 'd']);
    await Promise.all(['c', 'd'].map(end));
    assert.deepEqual(await Promise.all(all), ['a', 'b', 'c', 'd']);
  });

  test('only so many jobs run, however light they are', async () => {
    const { begun, start, end } = puppets(new FairTurns({ places: 2, allowed: 10 }));
    const all = ['a', 'b', 'c'].map((name) => start(name, 1));
    assert.deepEqual(begun, ['a', 'b']);
    await end('b');
    assert.deepEqual(begun, ['a', 'b', 'c']);
    await Promise.all(['a', 'c'].map(end));
    await Promise.all(all);
  });

  test('a long list does not stand before the jobs of others', async () => {
    const { begun, start, end } = puppets(new FairTurns({ places: 1, allowed: 1 }));
    const [list, other] = [{}, {}];
    const all = [
      ...['l1', 'l2', 'l3', 'l4'].map((name) => start(name, 1, list)),
      ...['o1', 'o2'].map((name) => start(name, 1, other)),
      start('single', 1),
    ];
    for (let index = 0; index < all.length; index += 1) await end(begun[index] ?? '');
    assert.deepEqual(begun, ['l1', 'l2', 'o1', 'single', 'l3', 'o2', 'l4']);
    await Promise.all(all);
  });

  test('a job that fails makes room', async () => {
    const turns = new FairTurns({ places: 1, allowed: 1 });
    const failing = turns.run({ owner: {}, weight: 1 }, () => Promise.reject(new RangeError()));
    await assert.rejects(failing, RangeError);
    assert.equal(await turns.run({ owner: {}, weight: 1 }, async () => 'next'), 'next');
  });
});

describe('a job that nobody waits for any more', () => {
  const reason = new Error('The client left.');

  test('is not begun where it comes too late', async () => {
    const { begun, start } = puppets(new FairTurns({ places: 1, allowed: 1 }));
    await assert.rejects(start('a', 1, {}, AbortSignal.abort(reason)), reason);
    assert.deepEqual(begun, []);
  });

  test('is dropped while it waits, and those behind it move up', async () => {
    const { begun, start, end } = puppets(new FairTurns({ places: 2, allowed: 10 }));
    const controller = new AbortController();
    const first = start('first', 6);
    const dropped = ['too heavy', 'another'].map((name) => start(name, 6, controller, controller.signal));
    const last = start('last', 4);
    assert.deepEqual(begun, ['first']);
    controller.abort(reason);
    for (const each of dropped) await assert.rejects(each, reason);
    assert.deepEqual(begun, ['first', 'last']);
    await Promise.all(['first', 'last'].map(end));
    assert.deepEqual(await Promise.all([first, last]), ['first', 'last']);
  });

  test('keeps its place while it runs, and its result is dropped', async () => {
    const { begun, start, end } = puppets(new FairTurns({ places: 1, allowed: 1 }));
    const controller = new AbortController();
    const running = start('running', 1, {}, controller.signal);
    const next = start('next', 1);
    controller.abort(reason);
    await assert.rejects(running, reason);
    assert.deepEqual(begun, ['running']);
    await end('running');
    assert.deepEqual(begun, ['running', 'next']);
    await end('next');
    await next;
  });
});

test('any jobs all end, and never have more together than is allowed unless one is alone', async () => {
  const jobs = fc.array(fc.record({ weight: fc.nat(15), list: fc.nat(2) }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(jobs, async (asked) => {
      const turns = new FairTurns({ places: 3, allowed: 10 });
      const lists = [{}, {}, {}];
      const running: number[] = [];
      const results = await Promise.all(
        asked.map(({ weight, list }, index) =>
          turns.run({ owner: lists[list] ?? {}, weight }, async () => {
            running.push(weight);
            const total = running.reduce((sum, each) => sum + each, 0);
            assert.ok(running.length <= 3 && (total <= 10 || total === Math.max(...running)), running.join());
            await new Promise(setImmediate);
            running.splice(running.indexOf(weight), 1);
            return index;
          }),
        ),
      );
      assert.deepEqual(results, [...asked.keys()]);
    }),
  );
});
