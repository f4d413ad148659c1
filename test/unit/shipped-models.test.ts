import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { readManifest, type ManifestFeature } from '../../src/repository/manifest.ts';
import { manifestFormat } from '../../src/tasks/index.ts';

interface Golden {
  readonly tolerance: { readonly absolute: number; readonly relative: number };
  readonly reference: string;
  readonly examples: readonly {
    readonly name: string;
    readonly inputs?: object;
    readonly input?: object;
    readonly outputs: object;
  }[];
}

/** Without a manifest, so that there is an example of that too. */
const bare: ReadonlySet<string> = new Set(['opticalDigits']);

function keepsToItsLimits({ example, min, max, categories }: ManifestFeature): boolean {
  if (typeof example === 'number') return example >= (min ?? -Infinity) && example <= (max ?? Infinity);
  return typeof example === 'string' && (categories ?? [example]).includes(example);
}

async function foldersIn(folder: URL): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

suite('The models that ship with inferql', async () => {
  const root = new URL('../../models/', import.meta.url);
  const names = await foldersIn(root);

  for (const page of ['README.md', 'NOTICE', 'CHANGELOG.md']) {
    test(`are all named in ${page}`, async () => {
      const text = await readFile(new URL(`../${page}`, root), 'utf8');
      assert.ok(names.length >= 4);
      for (const name of names) assert.match(text, new RegExp(`\\b${name}\\b`));
    });
  }

  for (const name of names) {
    const folder = new URL(`${name}/`, root);
    const versions = await foldersIn(folder);

    test(`${name} has a model card with data, licence, training, quality and limits`, async () => {
      const card = await readFile(new URL('README.md', folder), 'utf8');
      for (const word of [/^\| licence \|/m, /^## Data$/m, /^## Training$/m, /^## Quality$/m, /^## Use and limits$/m]) {
        assert.match(card, word);
      }
    });

    for (const version of versions) {
      const label = `${name} version ${version}`;

      test(`${label} has three golden examples or more, of different inputs, from who trained it`, async () => {
        const golden = JSON.parse(await readFile(new URL(`${version}/golden.json`, folder), 'utf8')) as Golden;
        const { examples, reference, tolerance } = golden;
        assert.ok(examples.length >= 3);
        assert.equal(
          new Set(examples.map(({ inputs, input }) => JSON.stringify(inputs ?? input))).size,
          examples.length,
        );
        assert.equal(new Set(examples.map((example) => example.name)).size, examples.length);
        assert.match(reference, /^(scikit-learn|TensorFlow|PyTorch) \d/);
        assert.ok(tolerance.absolute <= 1e-4 && tolerance.relative <= 1e-4);
      });

      test(`${label} has a recipe, which wrote the size of its file into the card`, async () => {
        const card = await readFile(new URL('README.md', folder), 'utf8');
        const recipe = /`python (training\/\S+\.py)\b/.exec(card)?.[1] ?? '';
        assert.ok((await stat(new URL(`../${recipe}`, root))).isFile());
        const [, written] =
          new RegExp(`<!-- measured: ${version} -->[^]*?\\| file \\| ([\\d,]+) bytes`).exec(card) ?? [];
        const { size } = await stat(new URL(`${version}/model.onnx`, folder));
        assert.equal(written, size.toLocaleString('en'));
      });
    }

    if (bare.has(name)) {
      test(`${name} has no manifest`, async () => {
        await assert.rejects(stat(new URL('model.yaml', folder)), { code: 'ENOENT' });
      });
      continue;
    }

    test(`${name} has a manifest that describes the model and every feature, with an example inside its limits`, async () => {
      const manifest = await readManifest(new URL('model.yaml', folder).pathname, manifestFormat);
      assert.ok(manifest.title !== undefined && manifest.description !== undefined);
      const features = manifest.features ?? [];
      if (manifest.task?.startsWith('tabular-')) assert.ok(features.length > 0);
      assert.deepEqual(
        features.filter((feature) => feature.description === undefined || !keepsToItsLimits(feature)),
        [],
      );
    });
  }
});
