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

  await test('a long list does not stand before somebody else', () => {
    const { turns, turn } = puppet(1);
    const done: string[] = [];
    const [list, other] = [new AbortController(), new AbortController()];
    const piece = (name: string, waiter: AbortController) => void turns.take(1, () => void done.push(name), waiter);
    for (const name of ['list 0', 'list 1', 'list 2', 'list 3']) piece(name, list);
    piece('other', other);
    for (let count = 0; count < 4; count += 1) turn();
    assert.deepEqual(done, ['list 0', 'list 1', 'other', 'list 2', 'list 3']);
  });

  await test('what nobody waits for any more is dropped, with the reason', async () => {
    const { turns, turn, waits } = puppet(1);
    const done: string[] = [];
    const [gone, here] = [new AbortController(), new AbortController()];
    void turns.take(1, () => void done.push('first'), here);
    const dropped = [1, 2].map((name) => turns.take(1, () => void done.push(String(name)), gone));
    const kept = turns.take(1, () => void done.push('kept'), here);
    gone.abort(new RangeError('left'));
    turn();
    for (const each of dropped) await assert.rejects(async () => each, RangeError);
    await kept;
    assert.deepEqual(done, ['first', 'kept']);
    turn();
    assert.equal(waits(), false);
  });
});
