import assert from 'node:assert/strict';
import { test } from 'node:test';
import { advance, discovered, isSettled, type VersionPhase } from '../../../src/repository/version-state.ts';

const now = new Date(0);

test('a version goes the whole way from its folder to its end', () => {
  let state = discovered(now);
  for (const phase of ['VERIFYING', 'LOADING', 'WARMING', 'READY', 'DRAINING', 'UNLOADED'] as const) {
    state = advance(state, { phase }, now);
    assert.equal(state.phase, phase);
  }
});

test('a version can fail in each phase before it drains, with a reason', () => {
  for (const phases of [[], ['VERIFYING'], ['VERIFYING', 'LOADING'], ['VERIFYING', 'LOADING', 'WARMING']] as const) {
    let state = discovered(now);
    for (const phase of phases) state = advance(state, { phase }, now);
    assert.deepEqual(advance(state, { phase: 'FAILED', reason: 'why' }, now), {
      phase: 'FAILED',
      reason: 'why',
      since: now,
    });
  }
});

test('a version cannot serve before it was warmed, nor come back without being looked at again', () => {
  const ready = { phase: 'READY' } as const;
  assert.throws(() => advance(discovered(now), ready, now), /cannot go from DISCOVERED to READY/);
  assert.throws(() => advance({ phase: 'LOADING', since: now }, ready, now), /cannot go from LOADING to READY/);
  assert.throws(() => advance({ phase: 'UNLOADED', since: now }, ready, now), /cannot go from UNLOADED to READY/);
  assert.throws(
    () => advance({ phase: 'FAILED', since: now, reason: 'x' }, ready, now),
    /cannot go from FAILED to READY/,
  );
});

test('a step remembers when it was taken', () => {
  const later = new Date(5000);
  assert.deepEqual(advance(discovered(now), { phase: 'VERIFYING' }, later), { phase: 'VERIFYING', since: later });
});

test('a version is settled when nothing more happens to it by itself', () => {
  const settled: VersionPhase[] = ['READY', 'UNLOADED'];
  for (const phase of ['DISCOVERED', 'VERIFYING', 'LOADING', 'WARMING', 'READY', 'DRAINING', 'UNLOADED'] as const) {
    assert.equal(isSettled({ phase, since: now }), settled.includes(phase), phase);
  }
  assert.ok(isSettled({ phase: 'FAILED', since: now, reason: 'x' }));
  assert.ok(isSettled({ phase: 'HELD', since: now, reason: 'x' }));
});
