import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { ChurningSet } from '../../../../src/inference/batching/churning-set.ts';

suite('A set through which many go', () => {
  test('holds what a Set does, in its order', () => {
    const members = Array.from({ length: 6 }, (_, id) => ({ id }));
    const step = fc.record({ kind: fc.constantFrom('add', 'delete'), at: fc.nat({ max: members.length - 1 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const expected = new Set<object>();
        const found = new ChurningSet<object>();
        for (const { kind, at } of steps) {
          const member = members[at] ?? assert.fail();
          if (kind === 'add') {
            expected.add(member);
            found.add(member);
          } else assert.equal(found.delete(member), expected.delete(member));
          assert.equal(found.size, expected.size);
          assert.deepEqual([...found], [...expected]);
          for (const each of members) assert.equal(found.has(each), expected.has(each));
        }
      }),
    );
  });

  test('passes over whoever leaves while it is gone through, and whoever comes', () => {
    const [a, b, c, d] = [{ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'd' }] as const;
    const set = new ChurningSet<{ readonly id: string }>();
    for (const member of [a, b, c]) set.add(member);
    const seen: string[] = [];
    for (const { id } of set) {
      seen.push(id);
      set.delete(a);
      set.delete(b);
      set.add(d);
    }
    assert.deepEqual(seen, ['a', 'c']);
    assert.deepEqual([...set], [c, d]);
  });
});
