import assert from 'node:assert/strict';
import { readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ModelLoadError } from '../../../src/errors.ts';
import { toyRepository, type Toy } from '../../helpers/toy-repository.ts';

/** Looks are asked for by the tests; those of its own the repository would make in an hour. */
const watch = { mode: 'poll', pollMs: 3_600_000, settleMs: 0, incompleteGraceMs: 60_000 } as const;

// It was unloaded beside the version that serves, and never looked at again.
test('a new version whose file looks half copied is waited for, and reported when it was given its time', async (context) => {
  const toys = await toyRepository(context, { 'a/1/model.toy': 'one' }, {}, { watch });
  await toys.repository.load();
  await toys.write('a/2/model.toy', 'half');
  await toys.repository.rescan();
  assert.deepEqual(toys.versions('a'), ['1 READY one', '2 DISCOVERED']);
  const longAgo = 1;
  for (const path of ['a', 'a/1', 'a/1/model.toy', 'a/2']) await utimes(join(toys.root, path), longAgo, longAgo);
  await toys.repository.rescan();
  assert.deepEqual(toys.versions('a'), ['1 READY one', '2 FAILED']);
  await toys.write('a/2/model.toy', 'two');
  await toys.repository.rescan();
  assert.equal(toys.versions('a')?.at(-1), '2 READY two');
});

// It was reported as broken, for as long as it took to see the change.
test('a version whose files change while they are loaded is not reported for what was read of them', async (context) => {
  const open = async ({ version, folder }: { version: number; folder: string }): Promise<Toy> => {
    const file = join(folder, 'model.toy');
    if ((await readFile(file, 'utf8')) !== 'old') return { key: `a/${version}`, words: ['new'], closed: false };
    await writeFile(file, 'new and longer');
    throw new ModelLoadError('It is broken.');
  };
  const toys = await toyRepository(context, { 'a/1/model.toy': 'old' }, { open });
  const loading = toys.repository.load();
  await toys.repository.rescan();
  await toys.repository.rescan();
  await loading;
  assert.deepEqual(toys.versions('a'), ['1 READY new']);
  assert.ok(!toys.steps().some((step) => step.includes('FAILED')), toys.steps().join());
});
