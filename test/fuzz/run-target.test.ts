import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { createBench } from './bench.ts';
import { runTarget, type FuzzReport, type FuzzRun } from './run-target.ts';
import { throwing, type TargetParts } from './target.ts';

const bench = createBench();
after(bench.close);

function run(parts: Partial<TargetParts<number>>, more: Partial<FuzzRun> = {}): Promise<FuzzReport> {
  const whole: TargetParts<number> = { cases: fc.nat(), check: () => 'well', ...parts };
  const target = { name: 'numbers', about: 'numbers', casesInTests: 1, share: 1, open: async () => throwing(whole) };
  return runTarget(target, bench, { cases: 50, seed: 1, withinMs: 60_000, ...more });
}

describe('a target', () => {
  test('that takes everything is reported with how its cases came out', async () => {
    const { cases, outcomes, failure } = await run({ check: (number) => (number % 2 === 0 ? 'even' : 'odd') });
    assert.equal(failure, null);
    assert.equal(cases, 50);
    assert.equal((outcomes.get('even') ?? 0) + (outcomes.get('odd') ?? 0), 50);
  });

  test('that fails is reported with the smallest case, which can be tried again', async () => {
    const check = (number: number) => {
      if (number >= 1000) throw new Error('It is too large.');
      return 'well';
    };
    const { failure } = await run({ check });
    assert.match(failure ?? '', /Counterexample: \[1000\][^]*It is too large\./);
    const path = /--seed 1 --path "([\d:]+)"/.exec(failure ?? '')?.[1];
    const again = await run({ check }, { path, cases: 1 });
    assert.match(again.failure ?? '', /Property failed after 1 tests[^]*Counterexample: \[1000\]/);
  });

  test('that is not well after its cases is reported as one that failed', async () => {
    const { failure } = await run({ stillWorks: async () => assert.fail('It is gone.') });
    assert.match(failure ?? '', /After 50 cases of seed 1 it did not work any more: .*It is gone\./);
  });

  test('that cannot be opened is reported as one that failed', async () => {
    const target = {
      name: 'none',
      about: 'nothing',
      casesInTests: 1,
      share: 1,
      open: () => Promise.reject(new Error('No.')),
    };
    const { failure } = await runTarget(target, bench, { cases: 1, seed: 1, withinMs: 1000 });
    assert.match(failure ?? '', /It cannot be opened: Error: No\./);
  });

  test('has no more time than it is given', async () => {
    const { cases, failure } = await run({}, { withinMs: 1, cases: 10_000_000 });
    assert.equal(failure, null);
    assert.ok(cases < 10_000_000);
  });
});
