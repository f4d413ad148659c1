import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { chooseVersions, defaultVersion, resolveVersionRef } from '../../../src/repository/version-policy.ts';

describe('which versions are loaded', () => {
  test('latest loads the newest, whatever the order of the folders', () => {
    assert.deepEqual(chooseVersions([2, 10, 9], 'latest', {}), { load: [10], missing: [] });
  });

  test('all loads every version', () => {
    assert.deepEqual(chooseVersions([2, 10, 9], 'all', {}), { load: [2, 9, 10], missing: [] });
  });

  test('a list loads what is there of it, and names what is not', () => {
    assert.deepEqual(chooseVersions([1, 2], [2, 3], {}), { load: [2], missing: [3] });
  });

  test('what a label names is loaded whatever the policy says', () => {
    assert.deepEqual(chooseVersions([1, 2, 3], 'latest', { stable: 1 }), { load: [1, 3], missing: [] });
    assert.deepEqual(chooseVersions([1], 'latest', { stable: 7 }), { load: [1], missing: [7] });
  });

  test('only versions that are there are loaded, each once, in ascending order', () => {
    const version = fc.integer({ min: 1, max: 20 });
    const policy = fc.oneof(fc.constant('latest' as const), fc.constant('all' as const), fc.array(version));
    const labels = fc.dictionary(fc.constantFrom('stable', 'canary', 'old'), version);
    fc.assert(
      fc.property(fc.uniqueArray(version), policy, labels, (available, serve, named) => {
        const { load, missing } = chooseVersions(available, serve, named);
        assert.deepEqual(
          load,
          [...new Set(load)].toSorted((a, b) => a - b),
        );
        assert.ok(load.every((one) => available.includes(one)));
        assert.ok(missing.every((one) => !available.includes(one)));
        for (const one of Object.values(named)) assert.ok(load.includes(one) || missing.includes(one));
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
  const labels = { stable: 2, canary: 3, gone: 9 };

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
