import assert from 'node:assert/strict';
import { it } from 'node:test';

import fc from 'fast-check';

import { planThreads } from '../../../src/backends/thread-plan.ts';

const count = fc.integer({ min: 1, max: 256 });

it('never takes more threads than can run, never less than one, never more than asked for', () => {
  fc.assert(
    fc.property(count, fc.option(count, { nil: undefined }), fc.option(count, { nil: undefined }), (...asked) => {
      const [availableThreads, instances, threadsPerInstance] = asked;
      const plan = planThreads({ availableThreads, instances, threadsPerInstance });
      assert.ok(plan.instances >= 1 && plan.threadsPerInstance >= 1);
      assert.ok(plan.instances * plan.threadsPerInstance <= availableThreads);
      assert.ok(plan.instances <= (instances ?? 1));
      assert.ok(plan.threadsPerInstance <= (threadsPerInstance ?? availableThreads));
    }),
  );
});

it('says so exactly when it gives less than was asked for', () => {
  fc.assert(
    fc.property(count, count, count, (availableThreads, instances, threadsPerInstance) => {
      const plan = planThreads({ availableThreads, instances, threadsPerInstance });
      assert.equal(plan.note === null, instances * threadsPerInstance <= availableThreads);
    }),
  );
});

it('gives one instance every thread when nothing was asked for', () => {
  assert.deepEqual(planThreads({ availableThreads: 6 }), { instances: 1, threadsPerInstance: 6, note: null });
});

it('divides the threads among the instances', () => {
  assert.deepEqual(planThreads({ availableThreads: 8, instances: 3 }), {
    instances: 3,
    threadsPerInstance: 2,
    note: null,
  });
});

it('says in words what was asked for and what it gives', () => {
  const { note } = planThreads({ availableThreads: 2, instances: 4, threadsPerInstance: 1 });
  assert.equal(note, 'Asked for 4 instances with 1 thread each; with 2 CPUs it runs 2 instances with 1 thread each.');
});
