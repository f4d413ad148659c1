import assert from 'node:assert/strict';
import { mkdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { scanRepository, type FoundModel } from '../../../src/repository/scan.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

async function scanOne(root: string): Promise<FoundModel> {
  const { models } = await scanRepository(root, 'model.toy');
  const [model] = models;
  assert.ok(model !== undefined && models.length === 1);
  return model;
}

function fingerprints({ versions }: FoundModel): readonly string[] {
  return versions.map(({ fingerprint }) => fingerprint);
}

const iris = { 'iris/1/model.toy': 'one', 'iris/2/model.toy': 'two', 'iris/model.yaml': '' };

describe('a scan', () => {
  test('finds models by name and versions by number', async (context) => {
    const files = { 'b/10/model.toy': '', 'b/9/model.toy': '', 'a/1/model.toy': '', 'a/model.yaml': '' };
    const root = await temporaryFolder(context, files);
    const { models } = await scanRepository(root, 'model.toy');
    const found = models.map(({ name, path, versions, manifest }) => ({
      name,
      path,
      versions: versions.map(({ version }) => version),
      hasManifest: manifest !== null,
    }));
    assert.deepEqual(found, [
      { name: 'a', path: join(root, 'a'), versions: [1], hasManifest: true },
      { name: 'b', path: join(root, 'b'), versions: [9, 10], hasManifest: false },
    ]);
  });

  test('sees the same where nothing changed, whoever read the files meanwhile', async (context) => {
    const root = await temporaryFolder(context, iris);
    const before = await scanOne(root);
    await readFile(join(root, 'iris/1/model.toy'));
    assert.deepEqual(await scanOne(root), before);
  });

  const changes: readonly (readonly [what: string, change: (version: string) => Promise<void>])[] = [
    ['a file of another size', (version) => writeFile(join(version, 'model.toy'), 'longer')],
    ['a file of the same size', (version) => writeFile(join(version, 'model.toy'), 'TWO')],
    [
      'a file of the same size to which the old times were given',
      async (version) => {
        const path = join(version, 'model.toy');
        const { ctimeNs } = await stat(path, { bigint: true });
        // The clock of some file systems ticks every ten milliseconds.
        while ((await stat(path, { bigint: true })).ctimeNs === ctimeNs) {
          await writeFile(path, 'TWO');
          await utimes(path, 1, 1);
        }
      },
    ],
    [
      'another file under the same name',
      async (version) => {
        await writeFile(join(version, '..', 'new'), 'two');
        await rename(join(version, '..', 'new'), join(version, 'model.toy'));
      },
    ],
    ['the temporary file of a copy', (version) => writeFile(join(version, '.model.toy.a1b2'), '')],
    ['weights in a folder below', (version) => writeFile(join(version, 'weights', 'layer'), 'changed')],
    ['weights behind a link', (version) => writeFile(join(version, '..', 'shared'), 'changed')],
    ['a file that goes', (version) => rm(join(version, 'model.toy'))],
  ];
  for (const [what, change] of changes) {
    test(`sees in the fingerprint of the version, and of no other, ${what}`, async (context) => {
      const root = await temporaryFolder(context, { ...iris, 'iris/2/weights/layer': 'x', 'iris/shared': 'x' });
      await utimes(join(root, 'iris/2/model.toy'), 1, 1);
      await symlink(join(root, 'iris', 'shared'), join(root, 'iris', '2', 'linked'));
      const before = await scanOne(root);
      await change(join(root, 'iris', '2'));
      const after = await scanOne(root);
      assert.equal(after.versions[0]?.fingerprint, before.versions[0]?.fingerprint);
      assert.notEqual(after.versions[1]?.fingerprint, before.versions[1]?.fingerprint);
      assert.equal(after.manifest, before.manifest);
    });
  }

  test('sees a changed manifest, and one that goes', async (context) => {
    const root = await temporaryFolder(context, iris);
    const before = await scanOne(root);
    await writeFile(join(root, 'iris/model.yaml'), 'task: tensor');
    const after = await scanOne(root);
    assert.notEqual(after.manifest, before.manifest);
    assert.deepEqual(fingerprints(after), fingerprints(before));
    await rm(join(root, 'iris/model.yaml'));
    assert.equal((await scanOne(root)).manifest, null);
  });

  test('takes a manifest that is a link to nothing for one', async (context) => {
    const root = await temporaryFolder(context, { 'iris/1/model.toy': '' });
    await symlink('nowhere', join(root, 'iris', 'model.yaml'));
    assert.notEqual((await scanOne(root)).manifest, null);
  });

  for (const path of ['', '1', '1/model.toy', 'model.yaml', '1/.model.toy.a1b2', '1/deep', '1/deep/x', 'notes/x']) {
    test(`tells when ${path === '' ? 'the folder' : path} was last modified`, async (context) => {
      const others = { 'iris/1/.model.toy.a1b2': '', 'iris/1/deep/x': '', 'iris/notes/x': '' };
      const root = await temporaryFolder(context, { ...iris, ...others });
      const changedAt = Date.UTC(2100, 0, 1);
      await utimes(join(root, 'iris', path), changedAt / 1000, changedAt / 1000);
      assert.equal((await scanOne(root)).changedAt, changedAt);
    });
  }

  test('keeps the time of a folder that was renamed', async (context) => {
    const root = await temporaryFolder(context, { '.new/1/model.toy': '' });
    for (const path of ['1/model.toy', '1', '']) await utimes(join(root, '.new', path), 86_400, 86_400);
    await rename(join(root, '.new'), join(root, 'iris'));
    assert.equal((await scanOne(root)).changedAt, 86_400_000);
  });

  test('ends where links go in a circle', async (context) => {
    const root = await temporaryFolder(context, iris);
    await symlink(root, join(root, 'iris', '1', 'circle'));
    await symlink('self', join(root, 'iris', '2', 'self'));
    assert.deepEqual(await scanOne(root), await scanOne(root));
  });

  test('takes what vanishes meanwhile for absent', async (context) => {
    const files = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`model${index}/1/weights/model.toy`, 'x']),
    );
    const root = await temporaryFolder(context, { ...files, 'stays/1/model.toy': '' });
    const scans: Promise<{ readonly models: readonly FoundModel[] }>[] = [];
    for (let index = 0; index < 30; index += 1) {
      scans.push(scanRepository(root, 'model.toy'));
      await rm(join(root, `model${index}`), { recursive: true });
    }
    for (const { models } of await Promise.all(scans)) assert.equal(models.at(-1)?.name, 'stays');
    assert.equal((await scanOne(root)).name, 'stays');
  });

  test('of a folder without models finds none', async (context) => {
    const root = await temporaryFolder(context);
    await mkdir(join(root, '.hidden'));
    assert.deepEqual(await scanRepository(root, 'model.toy'), { models: [], strays: [] });
  });
});
