import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isModelGlob, matchesGlob } from '../../../src/access/model-glob.ts';

describe('a glob', () => {
  for (const [glob, name, matches] of [
    ['iris', 'iris', true],
    ['iris', 'irises', false],
    ['iris', 'Iris', false],
    ['iris', '', false],
    ['*', 'anything', true],
    ['*', '', true],
    ['iris*', 'iris', true],
    ['iris*', 'iris-2', true],
    ['*s', 'irises', true],
    ['*s', 'iris-2', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'acb', false],
    ['a.c', 'abc', false],
    ['**', 'x', true],
  ] as const) {
    test(`${glob} ${matches ? 'means' : 'does not mean'} "${name}"`, () =>
      assert.equal(matchesGlob(glob, name), matches));
  }

  test('means what the regular expression for it means', () => {
    const word = (letters: string) => fc.string({ unit: fc.constantFrom(...letters.split('')), maxLength: 12 });
    fc.assert(
      fc.property(word('ab*'), word('ab'), (glob, name) => {
        assert.equal(matchesGlob(glob, name), new RegExp(`^${glob.replaceAll(/\*+/g, '.*')}$`).test(name));
      }),
      { numRuns: 2000 },
    );
  });

  test('of many asterisks takes no time, as it would with a regular expression', () => {
    const glob = `${'a*'.repeat(99)}b`;
    const begin = process.threadCpuUsage();
    assert.equal(matchesGlob(glob, 'a'.repeat(255)), false);
    const { user, system } = process.threadCpuUsage(begin);
    assert.ok(user + system < 100_000, `It took ${user + system} µs.`);
  });

  test('has the characters of names and asterisks, and no others', () => {
    for (const text of ['*', 'iris', 'a.b_c-*']) assert.ok(isModelGlob(text), text);
    for (const text of ['', 'a b', 'a?', 'a/b', '[ab]', 'a\n', 'é', 'x'.repeat(201)])
      assert.ok(!isModelGlob(text), text);
  });
});
