import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createBench } from './bench.ts';
import { runTarget } from './run-target.ts';
import { targets } from './targets.ts';

/** Another one for each commit would find more, and fail those who changed nothing: `npm run fuzz` is for that. */
const seed = 20_261_123;
const bench = createBench();
after(bench.close);

describe('whatever is made up, nothing ends, hangs, fails as a fault of the server, or shows what is inside', () => {
  for (const target of targets) {
    test(`${target.name}: ${target.about}`, async () => {
      const report = await runTarget(target, bench, { cases: target.casesInTests, seed, withinMs: 120_000 });
      assert.equal(report.failure, null, report.failure ?? undefined);
      assert.equal(report.cases, target.casesInTests);
    });
  }
});
