import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { MemoryBudgets } from '../../../../src/access/budgets/memory-budgets.ts';

/** Budgets of 100 in 60 s, whose time is moved by hand. */
function puppetBudgets({ mock }: TestContext, mostAccounts?: number) {
  mock.timers.enable({ apis: ['Date', 'setTimeout'], now: 1_000_000 });
  const budgets = new MemoryBudgets({ cost: 100, windowSeconds: 60 }, mostAccounts);
  return {
    budgets,
    spend: async (account: string, cost: number) => {
      const { isGranted, remaining, resetMs } = await budgets.spend(account, cost);
      return [isGranted, remaining, resetMs];
    },
    advance: (milliseconds: number) => mock.timers.tick(milliseconds),
  };
}

describe('a budget in memory', () => {
  test('is used up, and whole again when its window ends', async (context) => {
    const { spend, advance } = puppetBudgets(context);
    assert.deepEqual(await spend('ada', 60), [true, 40, 60_000]);
    advance(20_000);
    assert.deepEqual(await spend('ada', 40), [true, 0, 40_000]);
    advance(39_999);
    assert.deepEqual(await spend('ada', 1), [false, 0, 1]);
    advance(1);
    assert.deepEqual(await spend('ada', 100), [true, 0, 60_000]);
  });

  test('loses nothing to what is refused, and less is still granted', async (context) => {
    const { spend } = puppetBudgets(context);
    await spend('ada', 60);
    for (let time = 0; time < 3; time += 1) assert.deepEqual(await spend('ada', 41), [false, 40, 60_000]);
    assert.deepEqual(await spend('ada', 40), [true, 0, 60_000]);
  });

  test('is each account its own', async (context) => {
    const { spend } = puppetBudgets(context);
    await spend('ada', 100);
    assert.deepEqual(await spend('bob', 100), [true, 0, 60_000]);
  });

  test('is counted exactly when many ask at once', async (context) => {
    const { budgets } = puppetBudgets(context);
    const asked = [80, 50, 15, 10, 5].map((cost) => budgets.spend('ada', cost));
    const granted = (await Promise.all(asked)).map(({ isGranted }) => isGranted);
    assert.deepEqual(granted, [true, false, true, false, true]);
  });

  test('is forgotten for the account that was used the longest time ago, when there are too many', async (context) => {
    const { spend } = puppetBudgets(context, 2);
    await spend('ada', 90);
    await spend('bob', 90);
    await spend('ada', 1);
    await spend('eve', 90);
    assert.deepEqual(await spend('ada', 1), [true, 8, 60_000]);
    assert.deepEqual(await spend('bob', 1), [true, 99, 60_000]);
  });
});
