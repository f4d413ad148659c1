import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Destination } from '../../../../src/cli/add/destination.ts';
import { standingOf } from '../../../../src/cli/add/standing.ts';
import { parseManifest } from '../../../../src/repository/manifest.ts';

for (const [title, manifest, versions, version, standing] of [
  ['the first version serves', '', [], 1, 'default'],
  ['the newest version serves', '', [1, 2], 3, 'default'],
  ['an older version than the newest does not', '', [1, 5], 3, 'no'],
  ['an older version is asked for by name where all serve', 'versions: { serve: all }', [1, 5], 3, 'by-name'],
  ['a version that the list does not name does not serve', 'versions: { serve: [1] }', [1], 2, 'no'],
  ['a version that the list names serves', 'versions: { serve: [1, 2] }', [1], 2, 'default'],
  ['a version with a label serves by name', 'versions: { serve: [1], labels: { canary: 2 } }', [1], 2, 'by-name'],
] as const) {
  test(title, () => {
    const destination = { inForce: parseManifest(`${manifest}\n`), versions, version };
    assert.equal(standingOf(destination as unknown as Destination), standing);
  });
}
