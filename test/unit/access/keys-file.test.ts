import assert from 'node:assert/strict';
import { chmod, readdir, readFile, stat, symlink, lstat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { digestOf } from '../../../src/access/api-key.ts';
import { createKey, revokeKey } from '../../../src/access/keys-commands.ts';
import { changeKeys, readKeys } from '../../../src/access/keys-editor.ts';
import { parseKeys, printKeys, type KeptKey } from '../../../src/access/keys-file.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const now = new Date('2026-01-31T12:00:00Z');
const kept: KeptKey = {
  id: 'one',
  name: 'ci',
  sha256: 'a'.repeat(64),
  scopes: ['predict:*'],
  createdAt: now.toISOString(),
  expiresAt: null,
  revokedAt: null,
};

describe('a keys file', () => {
  test('is read as it was written', () => {
    assert.deepEqual(parseKeys(printKeys([kept])), [kept]);
    assert.deepEqual(parseKeys(printKeys([])), []);
  });

  for (const [what, text, message] of [
    ['no JSON', `{"keys": "${kept.sha256}`, /^The keys file is no JSON\.$/],
    ['of another version', '{"version":2,"keys":[]}', /version/],
    ['without keys', '{"version":1}', /keys/],
    [
      'with a scope that there is not',
      printKeys([{ ...kept, scopes: ['predict'] }]),
      /keys\.0\.scopes\.0: must be predict:/,
    ],
    ['with a key that gives nothing', printKeys([{ ...kept, scopes: [] }]), /keys\.0\.scopes/],
    ['with a cut hash', printKeys([{ ...kept, sha256: 'abc' }]), /keys\.0\.sha256: must be 64 hexadecimal digits/],
    ['with a time that is none', printKeys([{ ...kept, expiresAt: 'soon' }]), /keys\.0\.expiresAt/],
    ['with more than is known', JSON.stringify({ version: 1, keys: [{ ...kept, key: 'inferql_' }] }), /keys\.0/],
    ['with an id twice', printKeys([kept, { ...kept, sha256: 'b'.repeat(64) }]), /the same id, one is one "ci"/],
    ['with a hash twice', printKeys([kept, { ...kept, id: 'two' }]), /the same sha256/],
  ] as const) {
    test(`is refused when it is ${what}, and no hash is shown`, () => {
      assert.throws(
        () => parseKeys(text),
        (error: Error) =>
          error.name === 'AccessError' && message.test(error.message) && !error.message.includes('aaaa'),
      );
    });
  }
});

describe('making a key', () => {
  test('keeps its hash, what it gives and until when, for the owner of the file alone', async (context) => {
    const folder = await temporaryFolder(context);
    const path = join(folder, 'keys.json');
    const { key, kept } = await createKey(
      path,
      { scopes: 'predict:iris, models:read', name: 'ci', expires: '90d' },
      now,
    );
    assert.deepEqual(await readKeys(path), [kept]);
    assert.deepEqual(kept, {
      id: digestOf(key).toString('hex').slice(0, 12),
      name: 'ci',
      sha256: digestOf(key).toString('hex'),
      scopes: ['predict:iris', 'models:read'],
      createdAt: now.toISOString(),
      expiresAt: '2026-05-01T12:00:00.000Z',
      revokedAt: null,
    });
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    const text = await readFile(path, 'utf8');
    assert.ok(!text.includes(key.slice(8, 20)), 'the file has a part of the key');
    assert.deepEqual(await readdir(folder), ['keys.json']);
  });

  test('leaves the keys that are there, and makes a file that others may read one for its owner', async (context) => {
    const path = join(await temporaryFolder(context, { 'keys.json': printKeys([kept]) }), 'keys.json');
    await chmod(path, 0o644);
    await createKey(path, { scopes: 'admin' }, now);
    assert.deepEqual(
      (await readKeys(path)).map(({ scopes }) => scopes),
      [['predict:*'], ['admin']],
    );
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  test('follows a link, and leaves it one', async (context) => {
    const folder = await temporaryFolder(context, { 'real.json': printKeys([kept]) });
    const path = join(folder, 'keys.json');
    await symlink('real.json', path);
    await createKey(path, { scopes: 'admin' }, now);
    assert.ok((await lstat(path)).isSymbolicLink());
    assert.equal((await readKeys(join(folder, 'real.json'))).length, 2);
  });

  for (const [what, request, message] of [
    ['a scope that there is not', { scopes: 'predict:iris,root' }, /^--scopes: .*\(got "root"\)/],
    ['no scope', { scopes: ' , ' }, /^--scopes: /],
    ['an empty name', { scopes: 'admin', name: '' }, /^--name: /],
    ['an expiry that is over', { scopes: 'admin', expires: '2020-01-01' }, /^--expires: .*\(got "2020-01-01"\)/],
  ] as const) {
    test(`is refused with ${what}, and writes nothing`, async (context) => {
      const folder = await temporaryFolder(context);
      await assert.rejects(createKey(join(folder, 'keys.json'), request, now), { name: 'OptionsError', message });
      assert.deepEqual(await readdir(folder), []);
    });
  }
});

describe('revoking a key', () => {
  test('keeps the key, with the time of the first revocation', async (context) => {
    const path = join(await temporaryFolder(context, { 'keys.json': printKeys([kept]) }), 'keys.json');
    const revoked = { ...kept, revokedAt: now.toISOString() };
    assert.deepEqual(await revokeKey(path, 'one', now), revoked);
    assert.deepEqual(await revokeKey(path, 'one', new Date(now.getTime() + 1000)), revoked);
    assert.deepEqual(await readKeys(path), [revoked]);
  });

  test('is refused for an id that there is not, and leaves the file as it was', async (context) => {
    const folder = await temporaryFolder(context, { 'keys.json': printKeys([kept]) });
    const path = join(folder, 'keys.json');
    await assert.rejects(revokeKey(path, 'two', now), { name: 'AccessError', message: /no key with the id "two"/ });
    assert.equal(await readFile(path, 'utf8'), printKeys([kept]));
    assert.deepEqual(await readdir(folder), ['keys.json']);
  });
});

describe('changing a keys file', () => {
  test('is refused while another command does it, which is told', async (context) => {
    const folder = await temporaryFolder(context, { 'keys.json': printKeys([kept]), 'keys.json.new': '' });
    const path = join(folder, 'keys.json');
    await assert.rejects(createKey(path, { scopes: 'admin' }, now), {
      name: 'AccessError',
      message: /keys\.json\.new is there/,
    });
    assert.deepEqual((await readdir(folder)).toSorted(), ['keys.json', 'keys.json.new']);
  });

  test('never loses a key to another command that runs at the same time', async (context) => {
    const path = join(await temporaryFolder(context), 'keys.json');
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => createKey(path, { scopes: 'admin' }, now)),
    );
    const made = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.kept.id] : []));
    assert.ok(made.length > 0);
    assert.deepEqual((await readKeys(path)).map(({ id }) => id).toSorted(), made.toSorted());
  });

  test('leaves a file that is none as it is', async (context) => {
    const folder = await temporaryFolder(context, { 'keys.json': 'mine' });
    const path = join(folder, 'keys.json');
    await assert.rejects(createKey(path, { scopes: 'admin' }, now), { name: 'AccessError', message: /no JSON/ });
    assert.equal(await readFile(path, 'utf8'), 'mine');
    assert.deepEqual(await readdir(folder), ['keys.json']);
  });

  test('says which file it is that cannot be written', async (context) => {
    const path = join(await temporaryFolder(context), 'no/such/keys.json');
    await assert.rejects(
      changeKeys(path, (keys) => ({ keys, result: null })),
      { name: 'AccessError', message: /no\/such\/keys\.json cannot be written \(ENOENT\)/ },
    );
    await writeFile(`${path.split('/no/')[0]}/file`, '');
    await assert.rejects(readKeys(`${path.split('/no/')[0]}/file/keys.json`), {
      message: /cannot be read \(ENOTDIR\)/,
    });
  });
});
