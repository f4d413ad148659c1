import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lingering } from '../../../../src/observability/metrics/lingering.ts';

test('what went is there for ten minutes more, and what comes back goes on', () => {
  const clock = { now: 0 };
  const counts = new Lingering<{ count: number }>(() => clock.now);
  const of = (name: string) => counts.of(name, () => ({ count: 0 }));
  const there = new Set(['iris']);
  const shown = () => counts.values((name) => there.has(name)).map(([name, { count }]) => [name, count]);
  of('iris').count += 1;
  assert.deepEqual(shown(), [['iris', 1]]);

  there.clear();
  assert.deepEqual(shown(), [['iris', 1]]);
  clock.now += 599_999;
  of('iris').count += 1;
  there.add('iris');
  assert.deepEqual(shown(), [['iris', 2]]);

  there.clear();
  assert.deepEqual(shown(), [['iris', 2]]);
  clock.now += 600_000;
  assert.deepEqual(shown(), []);
  assert.equal(of('iris').count, 0);
});
