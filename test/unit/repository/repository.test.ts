import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { GatewayError, ModelLoadError } from '../../../src/errors.ts';
import type { VersionToOpen } from '../../../src/repository/model-entry.ts';
import { Repository } from '../../../src/repository/repository.ts';
import { toyRepository, type Toy } from '../../helpers/toy-repository.ts';

describe('a repository', () => {
  test('loads the newest version of each model through every phase', async (context) => {
    const { repository, steps } = await toyRepository(context, { 'a/1/model.toy': 'old', 'a/2/model.toy': 'new' });
    await repository.load();
    assert.deepEqual(
      steps().filter((line) => line.startsWith('a/2')),
      ['a/2 DISCOVERED', 'a/2 VERIFYING', 'a/2 LOADING', 'a/2 WARMING', 'a/2 READY'],
    );
    assert.equal(repository.models.get('a')?.defaultVersion, 2);
    assert.ok(repository.settled);
  });

  test('fingerprints what it loads', async (context) => {
    const opened: VersionToOpen[] = [];
    const { repository } = await toyRepository(
      context,
      { 'a/1/model.toy': 'bytes' },
      { open: async (request) => (opened.push(request), { key: 'a', words: [], closed: false }) },
    );
    await repository.load();
    const file = repository.models.get('a')?.versions[0]?.file;
    assert.equal(file?.sizeBytes, 5);
    assert.equal(file?.sha256, createHash('sha256').update('bytes').digest('hex'));
    assert.equal(opened[0]?.file.path, file?.path);
  });

  test('passes over files, hidden folders and folders that are no versions', async (context) => {
    const { repository } = await toyRepository(context, {
      'README.md': 'x',
      '.git/1/model.toy': 'x',
      'a/1/model.toy': 'x',
      'a/notes/x': 'x',
      'a/01/model.toy': 'x',
      'a/0/model.toy': 'x',
    });
    await repository.load();
    assert.deepEqual([...repository.models.keys()], ['a']);
    assert.deepEqual(
      repository.models.get('a')?.versions.map(({ version }) => version),
      [1],
    );
  });

  test('says where to put a model that lies in the wrong place', async (context) => {
    const { repository, news } = await toyRepository(context, {
      'churn.toy': 'x',
      'my model/1/model.toy': 'x',
      '.hidden.toy': 'x',
    });
    await repository.load();
    assert.equal(repository.models.size, 0);
    assert.deepEqual(news(), [
      'churn.toy: The file lies beside the folders of models. Move it to churn/1/model.toy.',
      'my model: No model can have this name. Rename the folder: letters, digits, "_", "-" and ".", the first a letter, a digit or "_".',
    ]);
  });

  test('says what is wrong with one model, and serves the others', async (context) => {
    const { repository, faults } = await toyRepository(
      context,
      { 'bad/1/model.toy': 'x', 'good/1/model.toy': 'x' },
      {
        open: async ({ model }) => {
          if (model === 'bad') throw new ModelLoadError('It is corrupt.');
          return { key: model, words: [], closed: false };
        },
      },
    );
    await repository.load();
    const state = repository.models.get('bad')?.versions[0]?.state;
    assert.ok(state?.phase === 'FAILED');
    assert.equal(state.reason, 'It is corrupt.');
    assert.equal(repository.models.get('good')?.defaultVersion, 1);
    assert.deepEqual(faults, []);
  });

  for (const [what, error] of [
    ['an error that nobody foresaw', new Error('secret path /srv/x')],
    ['a fault that is an error of ours', new GatewayError('INTERNAL_SERVER_ERROR', 'secret path /srv/x')],
  ] as const) {
    test(`hides ${what} from clients, and hands it to the log`, async (context) => {
      const { repository, faults } = await toyRepository(
        context,
        { 'a/1/model.toy': 'x' },
        { open: () => Promise.reject(error) },
      );
      await repository.load();
      const state = repository.models.get('a')?.versions[0]?.state;
      assert.ok(state?.phase === 'FAILED');
      assert.doesNotMatch(state.reason, /secret/);
      assert.deepEqual(faults, [error]);
    });
  }

  test('tells clients what an error says that is meant for them', async (context) => {
    const error = new GatewayError('MODEL_UNAVAILABLE', 'Its thread ended.', { cause: new Error('secret') });
    const { repository, faults } = await toyRepository(
      context,
      { 'a/1/model.toy': 'x' },
      { open: () => Promise.reject(error) },
    );
    await repository.load();
    const state = repository.models.get('a')?.versions[0]?.state;
    assert.ok(state?.phase === 'FAILED');
    assert.equal(state.reason, 'Its thread ended.');
    assert.deepEqual(faults, []);
  });

  test('closes a version whose warm-up fails', async (context) => {
    const { repository, toys } = await toyRepository(
      context,
      { 'a/1/model.toy': 'x' },
      { warm: () => Promise.reject(new ModelLoadError('golden.json: differs')) },
    );
    await repository.load();
    assert.equal(repository.models.get('a')?.versions[0]?.state.phase, 'FAILED');
    assert.deepEqual(
      toys.map(({ closed }) => closed),
      [true],
    );
  });

  test('serves no version of a model whose manifest is unreadable', async (context) => {
    const { repository, steps } = await toyRepository(context, { 'a/model.yaml': 'nope: 1', 'a/1/model.toy': 'x' });
    await repository.load();
    assert.ok(steps().includes('a/1 FAILED'));
    assert.ok(!steps().includes('a/1 LOADING'));
    assert.match(repository.models.get('a')?.problem ?? '', /model\.yaml/);
    assert.ok(repository.settled);
  });

  test('says which versions the manifest names and the folder lacks, and that a folder has none', async (context) => {
    const { repository } = await toyRepository(context, {
      'a/model.yaml': 'versions: { serve: [1, 4] }',
      'a/1/model.toy': 'x',
      'empty/README.md': 'x',
    });
    await repository.load();
    assert.match(repository.models.get('a')?.problem ?? '', /does not have: 4/);
    assert.equal(repository.models.get('a')?.defaultVersion, 1);
    assert.match(repository.models.get('empty')?.problem ?? '', /empty\/1\/model\.toy/);
  });

  test('says that the model file is missing, or is a folder', async (context) => {
    const { repository, root } = await toyRepository(context, { 'a/1/other': 'x', 'b/1/x': 'x' });
    await mkdir(join(root, 'b', '1', 'model.toy'));
    await repository.load();
    const reasons = ['a', 'b'].map((name) => {
      const state = repository.models.get(name)?.versions[0]?.state;
      return state !== undefined && 'reason' in state ? state.reason : '';
    });
    assert.match(reasons[0] ?? '', /no model\.toy/);
    assert.match(reasons[1] ?? '', /is a folder/);
  });

  test('follows links, as mounted volumes have them', async (context) => {
    const { repository, root } = await toyRepository(context, { 'a/1/model.toy': 'x' });
    await symlink(join(root, 'a'), join(root, 'b'));
    await symlink(join(root, 'nowhere'), join(root, 'c'));
    await repository.load();
    assert.deepEqual([...repository.models.keys()], ['a', 'b']);
    assert.equal(repository.models.get('b')?.defaultVersion, 1);
  });

  test('loads as many versions at a time as it may, and no more', async (context) => {
    const names = Array.from({ length: 9 }, (_, index) => `m${index}/1/model.toy`);
    const gate = Promise.withResolvers<void>();
    const three = Promise.withResolvers<void>();
    let open = 0;
    let most = 0;
    const { repository } = await toyRepository(
      context,
      Object.fromEntries(names.map((name) => [name, 'x'])),
      {
        open: async ({ model }) => {
          open += 1;
          most = Math.max(most, open);
          if (open === 3) three.resolve();
          await gate.promise;
          open -= 1;
          return { key: model, words: [], closed: false };
        },
      },
      { parallelLoads: 3 },
    );
    const loading = repository.load();
    await three.promise;
    gate.resolve();
    await loading;
    assert.equal(most, 3);
    assert.equal(repository.models.size, 9);
  });

  test('closes every version, and says so', async (context) => {
    const { repository, steps, toys } = await toyRepository(context, { 'a/1/model.toy': 'x', 'b/1/model.toy': 'x' });
    await repository.load();
    await repository.close();
    assert.ok(toys.every(({ closed }) => closed));
    assert.deepEqual(steps().slice(-4).toSorted(), ['a/1 DRAINING', 'a/1 UNLOADED', 'b/1 DRAINING', 'b/1 UNLOADED']);
  });

  test('that cannot be read is an error that names it', async (context) => {
    const { repository } = await toyRepository(context, {});
    const elsewhere = new Repository<Toy>(
      { root: join('nowhere', 'at', 'all'), parallelLoads: 1, watch: null },
      { ...Object.create(null), modelFileName: 'model.toy' },
    );
    await assert.rejects(elsewhere.load(), /nowhere.*cannot be read \(ENOENT\)/);
    await repository.load();
    assert.equal(repository.models.size, 0);
    assert.ok(repository.settled);
  });
});

test('a repository that is closed while it starts to watch watches no more', async (context) => {
  const watch = { mode: 'auto', pollMs: 1, settleMs: 0, incompleteGraceMs: 0 } as const;
  const { repository, write, toys } = await toyRepository(context, { 'a/1/model.toy': 'one' }, {}, { watch });
  const loading = repository.load();
  await repository.close();
  await loading;
  const opened = toys.length;
  await write('a/2/model.toy', 'two');
  await repository.rescan();
  assert.equal(toys.length, opened);
  assert.ok(toys.every(({ closed }) => closed));
});
