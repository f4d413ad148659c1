import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Turns } from '../../../../src/tasks/text/turns.ts';

/** Turns of an event loop that is moved by hand. */
function puppet(budget: number) {
  const next: (() => void)[] = [];
  const turns = new Turns(budget, (run) => next.push(run));
  const done: string[] = [];
  const take = (name: string, cost: number) => turns.take(cost, () => void done.push(name));
  return { take, done, turns, turn: () => next.splice(0).forEach((run) => run()), waits: () => next.length > 0 };
}

describe('Turns', async () => {
  await test('work within the budget is done at once, the rest in later turns and in order', () => {
    const { take, done, turn, waits } = puppet(10);
    for (const [index, cost] of [6, 4, 1, 9, 30, 2].entries()) void take(String(index), cost);
    assert.deepEqual(done, ['0', '1']);
    turn();
    assert.deepEqual(done, ['0', '1', '2', '3']);
    turn();
    assert.deepEqual(done, ['0', '1', '2', '3', '4']);
    turn();
    assert.deepEqual(done, ['0', '1', '2', '3', '4', '5']);
    turn();
    assert.equal(waits(), false);
  });

  await test('a small piece does not pass one that waits', () => {
    const { take, done, turn } = puppet(10);
    for (const [name, cost] of [
      ['first', 8],
      ['large', 9],
      ['small', 1],
    ] as const)
      void take(name, cost);
    assert.deepEqual(done, ['first']);
    turn();
    assert.deepEqual(done, ['first', 'large', 'small']);
  });

  await test('what work returns or throws reaches whoever asked', async () => {
    const { turns, turn } = puppet(1);
    assert.equal(
      turns.take(1, () => 'now'),
      'now',
    );
    const later = turns.take(1, () => 'later');
    const fails = turns.take(0, () => {
      throw new RangeError('no');
    });
    turn();
    assert.equal(await later, 'later');
    await assert.rejects(async () => fails, RangeError);
  });
});
