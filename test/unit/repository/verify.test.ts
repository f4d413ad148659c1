import assert from 'node:assert/strict';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ModelLoadError } from '../../../src/errors.ts';
import { verifyFile } from '../../../src/repository/verify.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

describe("a version's model file", () => {
  test('is found through links, measured and hashed', async (context) => {
    const folder = await temporaryFolder(context, { 'stored/file': 'bytes', '1/other': '' });
    await symlink(join(folder, 'stored', 'file'), join(folder, '1', 'model.toy'));
    assert.deepEqual(await verifyFile(folder, 1, 'model.toy'), {
      path: join(folder, 'stored', 'file'),
      sizeBytes: 5,
      sha256: '277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9',
    });
  });

  test('may still be copied where there is none, and not where something else has its name', async (context) => {
    const folder = await temporaryFolder(context, { '1/other': '', '3/other': '' });
    await mkdir(join(folder, '2', 'model.toy'), { recursive: true });
    await symlink('nowhere', join(folder, '3', 'model.toy'));
    const isIncomplete = async (version: number) =>
      verifyFile(folder, version, 'model.toy').catch((error: unknown) => {
        assert.ok(error instanceof ModelLoadError);
        return error.incomplete;
      });
    assert.deepEqual(await Promise.all([1, 2, 3, 4].map(isIncomplete)), [true, false, true, true]);
  });
});
