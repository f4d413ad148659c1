import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { copyDurably, createStaging, putIntoPlace, writeDurably } from '../../../../src/cli/add/staging.ts';
import { ModelLoadError } from '../../../../src/errors.ts';
import { scanRepository } from '../../../../src/repository/scan.ts';
import { temporaryFolder } from '../../../helpers/temporary-folder.ts';

suite('a staging folder', () => {
  test('is nothing to whoever looks for models', async (context) => {
    const root = await temporaryFolder(context);
    const staging = await createStaging(root, 'm', 1, false);
    await writeDurably(join(staging.versionFolder, 'model.onnx'), 'model');
    assert.deepEqual(await scanRepository(root, 'model.onnx'), { models: [], strays: [] });
    await staging.remove();
    await staging.remove();
    assert.deepEqual(await readdir(root), []);
  });

  test('takes the folders away that it made for a repository, and no others', async (context) => {
    const outer = await temporaryFolder(context);
    const staging = await createStaging(join(outer, 'a/b'), 'm', 1, false);
    await staging.remove();
    assert.deepEqual(await readdir(outer), []);
    const other = await createStaging(join(outer, 'a/b'), 'm', 1, false);
    await writeFile(join(outer, 'a/kept'), '');
    await other.remove();
    assert.deepEqual(await readdir(outer, { recursive: true }), ['a', 'a/kept']);
  });

  test('lies elsewhere for a trial', async (context) => {
    const root = join(await temporaryFolder(context), 'nowhere');
    const staging = await createStaging(root, 'm', 1, true);
    assert.ok(!staging.versionFolder.startsWith(root));
    await staging.remove();
  });

  test('becomes a new model as a whole', async (context) => {
    const root = await temporaryFolder(context);
    const staging = await createStaging(root, 'm', 1, false);
    await copyDurably(import.meta.filename, join(staging.versionFolder, 'below/file'));
    await writeDurably(join(staging.modelFolder, 'model.yaml'), 'title: M\n');
    await putIntoPlace(staging, join(root, 'm'), { isNew: true, hasNewManifest: true });
    await staging.remove();
    assert.deepEqual((await readdir(root, { recursive: true })).toSorted(), [
      'm',
      'm/1',
      'm/1/below',
      'm/1/below/file',
      'm/model.yaml',
    ]);
  });

  test('takes its manifest back where somebody else made the version meanwhile', async (context) => {
    const root = await temporaryFolder(context, { 'm/1/model.onnx': 'theirs' });
    const staging = await createStaging(root, 'm', 1, false);
    await writeDurably(join(staging.versionFolder, 'model.onnx'), 'ours');
    await writeDurably(join(staging.modelFolder, 'model.yaml'), 'title: M\n');
    const placing = putIntoPlace(staging, join(root, 'm'), { isNew: false, hasNewManifest: true });
    await assert.rejects(placing, (error: unknown) => {
      assert.ok(error instanceof ModelLoadError);
      assert.match(error.message, /m\/1 was made by somebody else meanwhile: try again\.$/);
      return true;
    });
    await staging.remove();
    assert.deepEqual((await readdir(root, { recursive: true })).toSorted(), ['m', 'm/1', 'm/1/model.onnx']);
    assert.equal(await readFile(join(root, 'm/1/model.onnx'), 'utf8'), 'theirs');
  });

  test('does not take the place of a model that somebody made meanwhile', async (context) => {
    const root = await temporaryFolder(context);
    const staging = await createStaging(root, 'm', 1, false);
    await mkdir(join(root, 'm/2'), { recursive: true });
    const placing = putIntoPlace(staging, join(root, 'm'), { isNew: true, hasNewManifest: true });
    await assert.rejects(placing, /m was made by somebody else meanwhile: try again\.$/);
    await staging.remove();
    assert.deepEqual((await readdir(root, { recursive: true })).toSorted(), ['m', 'm/2']);
  });
});
