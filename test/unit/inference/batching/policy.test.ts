import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decideBatch, type BatchDecision, type BatchSnapshot } from '../../../../src/inference/batching/policy.ts';

const snapshot: BatchSnapshot = {
  rows: 3,
  full: false,
  idleInstances: 1,
  oldestArrivalAt: 1000,
  now: 1000,
  maxDelayMs: 0,
};

const table: readonly (readonly [title: string, change: Partial<BatchSnapshot>, decision: BatchDecision])[] = [
  ['an idle instance takes an incomplete batch at once', {}, { kind: 'dispatch' }],
  ['an idle instance takes a full batch at once', { full: true, maxDelayMs: 50 }, { kind: 'dispatch' }],
  ['a batch waits while no instance is idle', { idleInstances: 0 }, { kind: 'wait-for-instance' }],
  ['a full batch waits while no instance is idle', { idleInstances: 0, full: true }, { kind: 'wait-for-instance' }],
  ['an incomplete batch is held for company', { maxDelayMs: 5 }, { kind: 'wait-until', at: 1005 }],
  ['the delay counts from the oldest arrival', { maxDelayMs: 5, now: 1004 }, { kind: 'wait-until', at: 1005 }],
  ['a batch that was held long enough goes', { maxDelayMs: 5, now: 1005 }, { kind: 'dispatch' }],
  [
    'a delay that ran out does not make an instance',
    { maxDelayMs: 5, now: 1009, idleInstances: 0 },
    { kind: 'wait-for-instance' },
  ],
  ['an abandoned batch goes without an instance', { rows: 0, idleInstances: 0 }, { kind: 'dispatch' }],
];

for (const [title, change, decision] of table) {
  test(title, () => {
    assert.deepEqual(decideBatch({ ...snapshot, ...change }), decision);
  });
}

test('a full batch never waits for a timer, and nothing waits past its delay', () => {
  const anySnapshot = fc.record({
    rows: fc.nat(100),
    full: fc.boolean(),
    idleInstances: fc.nat(4),
    oldestArrivalAt: fc.nat(1000),
    now: fc.integer({ min: 1000, max: 2000 }),
    maxDelayMs: fc.nat(1000),
  });
  fc.assert(
    fc.property(anySnapshot, (batch) => {
      const decision = decideBatch(batch);
      if (decision.kind !== 'wait-until') return;
      assert.equal(batch.full, false);
      assert.ok(decision.at > batch.now && decision.at <= batch.oldestArrivalAt + batch.maxDelayMs);
    }),
  );
});
