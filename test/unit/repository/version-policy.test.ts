import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { chooseVersions, defaultVersion, resolveVersionRef } from '../../../src/repository/version-policy.ts';

describe('which versions are loaded', () => {
  test('of latest, the newest that can serve, whatever the order of the folders', () => {
    assert.deepEqual(chooseVersions([2, 10, 9], 'latest'), { all: [], firstOf: [10, 9, 2], missing: [] });
  });

  test('of all, every version', () => {
    assert.deepEqual(chooseVersions([2, 10, 9], 'all'), { all: [2, 9, 10], firstOf: [], missing: [] });
  });

  test('of a list, what is there of it; what is not is named', () => {
    assert.deepEqual(chooseVersions([1, 2], [3, 2, 2]), { all: [2], firstOf: [], missing: [3] });
  });

  test('only versions that are there are loaded, each once', () => {
    const version = fc.integer({ min: 1, max: 20 });
    const policy = fc.oneof(fc.constant('latest' as const), fc.constant('all' as const), fc.array(version));
    fc.assert(
      fc.property(fc.uniqueArray(version), policy, (available, serve) => {
        const { all, firstOf, missing } = chooseVersions(available, serve);
        const chosen = [...all, ...firstOf];
        assert.equal(new Set(chosen).size, chosen.length);
        assert.ok(chosen.every((one) => available.includes(one)));
        assert.ok(missing.every((one) => !available.includes(one)));
        if (typeof serve !== 'string') {
          assert.deepEqual(new Set([...chosen, ...missing]), new Set(serve));
        } else assert.equal(chosen.length, available.length);
      }),
    );
  });
});

describe('the version that a request without a version gets', () => {
  test('is the newest that is ready', () => {
    assert.equal(defaultVersion([1, 3, 2], 'all'), 3);
    assert.equal(defaultVersion([1], 'latest'), 1);
  });

  test('is none while none is ready', () => {
    assert.equal(defaultVersion([], 'latest'), null);
  });

  test('is one of the list where the manifest lists versions', () => {
    assert.equal(defaultVersion([1, 2, 3], [1, 2]), 2);
    assert.equal(defaultVersion([3], [1, 2]), null);
  });
});

describe('a reference to a version', () => {
  const labels = new Map([
    ['stable', 2],
    ['canary', 3],
    ['gone', 9],
  ]);

  test('may be a number or a label', () => {
    assert.equal(resolveVersionRef('1', [1, 2, 3], labels), 1);
    assert.equal(resolveVersionRef('stable', [1, 2, 3], labels), 2);
  });

  test('finds nothing for unknown numbers, unknown labels, labels of versions that are gone, and odd spellings', () => {
    for (const ref of ['4', 'gone', 'nope', '01', '1.0', '+1', '1e0', '', ' 1', 'toString', '__proto__']) {
      assert.equal(resolveVersionRef(ref, [1, 2, 3], labels), null, ref);
    }
  });
});
