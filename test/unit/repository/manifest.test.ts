import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { ModelLoadError } from '../../../src/errors.ts';
import { emptyManifest, parseManifest, readManifest } from '../../../src/repository/manifest.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

describe('a manifest', () => {
  test('may be empty, and then says what no manifest says', () => {
    assert.deepEqual(parseManifest(''), emptyManifest);
    assert.deepEqual(parseManifest('# nothing yet\n'), emptyManifest);
    assert.equal(emptyManifest.task, 'tensor');
    assert.deepEqual(emptyManifest.versions, { serve: 'latest', labels: {}, acceptBreaking: [] });
  });

  test('gives what it says and defaults for the rest', () => {
    const manifest = parseManifest(
      'task: tabular-regression\nbatching: { maxBatchSize: 8 }\nversions: { serve: [1, 3] }\n',
    );
    assert.equal(manifest.task, 'tabular-regression');
    assert.equal(manifest.batching.maxBatchSize, 8);
    assert.equal(manifest.batching.maxQueueRows, emptyManifest.batching.maxQueueRows);
    assert.deepEqual(manifest.versions.serve, [1, 3]);
  });
});

describe('a manifest that may still be copied is told from one that is wrong', () => {
  /** What is said of the file, and whether a copy may put it right. */
  async function refusalOf(context: TestContext, text: string): Promise<readonly [string, boolean]> {
    const folder = await temporaryFolder(context, { 'model.yaml': text });
    return await readManifest(join(folder, 'model.yaml')).then(
      () => assert.fail('The manifest was accepted.'),
      (error: unknown) => {
        assert.ok(error instanceof ModelLoadError);
        return [error.message, error.incomplete];
      },
    );
  }

  test('an empty file', async (context) => {
    const said = 'model.yaml is empty: write the manifest there, or remove the file.';
    assert.deepEqual(await refusalOf(context, ''), [said, true]);
  });

  test('a link to nothing', async (context) => {
    const folder = await temporaryFolder(context);
    await assert.rejects(readManifest(join(folder, 'model.yaml')), { incomplete: true, message: /link to nothing/ });
  });

  for (const [text, incomplete] of [
    ['task: tensor\nbatc', true],
    ['labels: [a, ', true],
    ['task: tensor\n\0\0\0\0', true],
    ['task: tensor\nbatching: many\n', false],
    ['task: [tensor\n', false],
  ] as const) {
    test(JSON.stringify(text), async (context) => {
      assert.deepEqual((await refusalOf(context, text))[1], incomplete);
    });
  }
});
