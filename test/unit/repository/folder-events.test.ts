import assert from 'node:assert/strict';
import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { FolderEvents } from '../../../src/repository/folder-events.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

interface PuppetWatch {
  readonly path: string;
  readonly event: (type: 'rename' | 'change', file: string | null) => void;
  readonly error: (error: unknown) => void;
}

/** A repository whose watches are made by the test, which also sends their events. */
async function puppetEvents(context: TestContext, files: readonly string[]) {
  const folder = await temporaryFolder(context, Object.fromEntries(files.map((file) => [`models/${file}`, ''])));
  const root = join(folder, 'models');
  const watches: PuppetWatch[] = [];
  const errors: unknown[] = [];
  let told = 0;
  const events = new FolderEvents(
    root,
    { onEvent: () => (told += 1), onError: (error) => errors.push(error) },
    (path, event, error) => {
      const watch = { path, event, error };
      watches.push(watch);
      return () => {
        watches.splice(watches.indexOf(watch), 1);
      };
    },
  );
  await events.refresh();
  const paths = () => watches.map(({ path }) => relative(root, path)).toSorted();
  const at = (path: string) => watches.find((watch) => watch.path === join(root, path)) ?? assert.fail(path);
  return { root, events, errors, paths, at, told: () => told };
}

describe('the events of a repository', () => {
  test('come from each folder as deep as a scan looks, from the parent, and from no hidden model', async (context) => {
    const { paths } = await puppetEvents(context, ['README.md', '.git/x/y', 'a/model.yaml', 'a/.1/x', 'a/1/b/c/d/e/x']);
    assert.deepEqual(paths(), ['', '..', 'a', 'a/.1', 'a/1', 'a/1/b', 'a/1/b/c', 'a/1/b/c/d']);
  });

  test('come from folders that came, and not from those that went, after a refresh', async (context) => {
    const { root, events, paths, at } = await puppetEvents(context, ['a/1/x', 'b/1/x']);
    await rm(join(root, 'a'), { recursive: true });
    await mkdir(join(root, 'c', '1'), { recursive: true });
    await mkdir(join(root, 'b', '2'));
    at('').event('rename', 'a');
    await events.refresh();
    // Nothing told of the change in b.
    assert.deepEqual(paths(), ['', '..', 'b', 'b/1', 'c', 'c/1']);
    at('b').event('rename', '2');
    await events.refresh();
    assert.deepEqual(paths(), ['', '..', 'b', 'b/1', 'b/2', 'c', 'c/1']);
  });

  test('come from the folder that took the place of another', async (context) => {
    const { root, events, paths, at } = await puppetEvents(context, ['a/1/x', '.new/2/x']);
    const before = at('a');
    await rename(join(root, 'a'), join(root, '.old'));
    await rename(join(root, '.new'), join(root, 'a'));
    at('').event('rename', 'a');
    await events.refresh();
    assert.deepEqual(paths(), ['', '..', 'a', 'a/2']);
    assert.notEqual(at('a'), before);
  });

  test('come from a folder that was deleted and made again, even if its inode is the same', async (context) => {
    const { events, paths, at } = await puppetEvents(context, ['a/1/x']);
    const before = at('a');
    at('a').event('rename', 'a');
    await events.refresh();
    assert.notEqual(at('a'), before);
    assert.deepEqual(paths(), ['', '..', 'a', 'a/1']);
  });

  test('come from where a link leads now, when in doubt', async (context) => {
    const { root, events, paths } = await puppetEvents(context, ['.one/1/x', '.two/2/x']);
    await symlink('.one', join(root, '.current'));
    await symlink('.current', join(root, 'a'));
    events.doubt();
    await events.refresh();
    assert.deepEqual(paths(), ['', '..', 'a', 'a/1']);
    await symlink('.two', join(root, '.next'));
    await rename(join(root, '.next'), join(root, '.current'));
    events.doubt();
    await events.refresh();
    assert.deepEqual(paths(), ['', '..', 'a', 'a/2']);
  });

  test('are told of one by one, those of the parent only where they are about the root', async (context) => {
    const { at, told } = await puppetEvents(context, ['a/1/x']);
    at('a/1').event('change', 'x');
    at('').event('rename', null);
    at('..').event('rename', 'other');
    assert.equal(told(), 2);
    at('..').event('rename', 'models');
    at('..').event('rename', null);
    assert.equal(told(), 4);
  });

  test('come again from a folder whose watch failed', async (context) => {
    const { events, errors, paths, at } = await puppetEvents(context, ['a/1/x']);
    const error = new Error('broken');
    at('a').error(error);
    at('..').error(error);
    assert.deepEqual(paths(), ['']);
    assert.deepEqual(errors, [error, error]);
    events.doubt();
    await events.refresh();
    assert.deepEqual(paths(), ['', '..', 'a', 'a/1']);
  });

  test('end without an error where a folder goes', async (context) => {
    const { errors, paths, at } = await puppetEvents(context, ['a/1/x']);
    // What Windows says of it.
    at('a').error(Object.assign(new Error('gone'), { code: 'EPERM' }));
    assert.deepEqual(errors, []);
    assert.deepEqual(paths(), ['', '..']);
  });

  test('end when they are closed', async (context) => {
    const { events, paths } = await puppetEvents(context, ['a/1/x']);
    events.doubt();
    const refreshing = events.refresh();
    events.close();
    await refreshing;
    assert.deepEqual(paths(), []);
  });
});
