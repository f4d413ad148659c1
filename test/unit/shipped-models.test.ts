import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { readManifest, type ManifestFeature } from '../../src/repository/manifest.ts';

interface Golden {
  readonly tolerance: { readonly absolute: number; readonly relative: number };
  readonly reference: string;
  readonly examples: readonly { readonly name: string; readonly inputs: object; readonly outputs: object }[];
}

function keepsToItsLimits({ example, min, max, categories }: ManifestFeature): boolean {
  if (typeof example === 'number') return example >= (min ?? -Infinity) && example <= (max ?? Infinity);
  return typeof example === 'string' && (categories ?? [example]).includes(example);
}

suite('The models that ship with inferql', async () => {
  const root = new URL('../../models/', import.meta.url);
  const names = (await readdir(root, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

  test('are the ones that the changelog names', () => {
    assert.deepEqual(names.toSorted(), ['diabetes', 'iris', 'opticalDigits', 'titanic']);
  });

  for (const name of names) {
    const folder = new URL(`${name}/`, root);

    test(`${name} has a model card with data, licence, training, quality and limits`, async () => {
      const card = await readFile(new URL('README.md', folder), 'utf8');
      for (const word of [/^\| licence \|/m, /^## Data$/m, /^## Training$/m, /^## Quality$/m, /^## Use and limits$/m]) {
        assert.match(card, word);
      }
    });

    test(`${name} has three golden examples or more, of different inputs, from who trained it`, async () => {
      const golden = JSON.parse(await readFile(new URL('1/golden.json', folder), 'utf8')) as Golden;
      assert.ok(golden.examples.length >= 3);
      assert.equal(new Set(golden.examples.map(({ inputs }) => JSON.stringify(inputs))).size, golden.examples.length);
      assert.equal(new Set(golden.examples.map((example) => example.name)).size, golden.examples.length);
      assert.match(golden.reference, /^scikit-learn/);
      assert.ok(golden.tolerance.absolute <= 1e-4 && golden.tolerance.relative <= 1e-4);
    });

    if (name === 'opticalDigits') {
      test('opticalDigits has no manifest', async () => {
        await assert.rejects(stat(new URL('model.yaml', folder)), { code: 'ENOENT' });
      });
      continue;
    }

    test(`${name} has a manifest that describes every feature, with an example inside its limits`, async () => {
      const manifest = await readManifest(new URL('model.yaml', folder).pathname);
      assert.ok(manifest.title !== undefined && manifest.description !== undefined);
      const features = manifest.features ?? [];
      assert.ok(features.length > 0);
      assert.deepEqual(
        features.filter((feature) => feature.description === undefined || !keepsToItsLimits(feature)),
        [],
      );
    });
  }
});
