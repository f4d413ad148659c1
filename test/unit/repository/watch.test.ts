import assert from 'node:assert/strict';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { watchRepository, type WatchOptions } from '../../../src/repository/watch.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** Longer than any test: what is told of by then was an event. */
const never = 2 ** 31 - 1;

/** A watched folder of models. `changed` resolves with the next call. */
async function watched(context: TestContext, options: Partial<WatchOptions> = {}) {
  const folder = await temporaryFolder(context, { 'models/iris/1/model.toy': '', 'elsewhere/1/model.toy': '' });
  const root = join(folder, 'models');
  let next = Promise.withResolvers<void>();
  const errors: unknown[] = [];
  const watch = await watchRepository(root, {
    mode: 'auto',
    pollMs: never,
    onError: (error) => errors.push(error),
    onChange: () => {
      next.resolve();
      next = Promise.withResolvers<void>();
    },
    ...options,
  });
  context.after(() => watch.close());
  const changed = () => next.promise;
  /** Does something, and waits until it is told of. */
  const notices = async (change: () => Promise<unknown>) => {
    const told = changed();
    await change();
    await told;
  };
  return { folder, root, watch, errors, changed, notices };
}

async function makeModel(path: string): Promise<void> {
  await mkdir(join(path, '1'), { recursive: true });
  await writeFile(join(path, '1', 'model.toy'), '');
}

const timeout = 20_000;

describe('a watch of the repository', { timeout }, () => {
  test('notices a new model, and then what changes in it', async (context) => {
    const { root, notices } = await watched(context);
    await notices(() => makeModel(join(root, 'new')));
    await notices(() => writeFile(join(root, 'new', '1', 'model.toy'), 'changed'));
    await notices(() => writeFile(join(root, 'new', 'model.yaml'), 'task: tensor'));
  });

  test('notices a changed file, one that is replaced, and one that goes', async (context) => {
    const { root, notices } = await watched(context);
    const path = join(root, 'iris', '1', 'model.toy');
    await notices(() => writeFile(path, 'changed'));
    await notices(() => writeFile(`${path}.new`, 'replaced'));
    await notices(() => rename(`${path}.new`, path));
    await notices(() => rm(path));
  });

  test('notices weights in a folder below the version', async (context) => {
    const { root, notices } = await watched(context);
    const weights = join(root, 'iris', '1', 'weights', 'more');
    await notices(() => mkdir(weights, { recursive: true }));
    await notices(() => writeFile(join(weights, 'layer'), 'changed'));
  });

  test('notices a finished folder that is renamed into its place, and then what changes in it', async (context) => {
    const { folder, root, notices } = await watched(context);
    await notices(() => rename(join(folder, 'elsewhere'), join(root, 'new')));
    await notices(() => writeFile(join(root, 'new', '1', 'model.toy'), 'changed'));
  });

  test('notices a folder that takes the place of another, and then what changes in it', async (context) => {
    const { folder, root, notices } = await watched(context);
    await notices(async () => {
      await rename(join(root, 'iris'), join(folder, 'old'));
      await rename(join(folder, 'elsewhere'), join(root, 'iris'));
    });
    await notices(() => writeFile(join(root, 'iris', '1', 'model.toy'), 'changed'));
  });

  test('notices a folder that goes, and comes again', async (context) => {
    const { root, notices } = await watched(context);
    await notices(() => rm(join(root, 'iris'), { recursive: true }));
    await notices(() => makeModel(join(root, 'iris')));
    await notices(() => writeFile(join(root, 'iris', '1', 'model.toy'), 'changed'));
  });

  test('notices a folder that goes and comes again at once, and then what changes in it', async (context) => {
    const { root, notices } = await watched(context);
    await notices(async () => {
      await rm(join(root, 'iris'), { recursive: true });
      await makeModel(join(root, 'iris'));
    });
    await notices(() => writeFile(join(root, 'iris', '1', 'model.toy'), 'changed'));
  });

  test('notices what changes behind a link, and behind one that is bent', async (context) => {
    const { folder, root, notices } = await watched(context);
    await notices(() => symlink(join(folder, 'elsewhere'), join(root, 'linked')));
    await notices(() => writeFile(join(folder, 'elsewhere', '1', 'model.toy'), 'changed'));
    await makeModel(join(folder, 'other'));
    await notices(async () => {
      await symlink(join(folder, 'other'), join(root, '.next'));
      await rename(join(root, '.next'), join(root, 'linked'));
    });
    await notices(() => writeFile(join(folder, 'other', '1', 'model.toy'), 'changed'));
  });

  test('survives that the root is deleted and made again', async (context) => {
    const { root, errors, notices } = await watched(context);
    await notices(() => rm(root, { recursive: true }));
    await notices(() => makeModel(join(root, 'again')));
    await notices(() => writeFile(join(root, 'again', '1', 'model.toy'), 'changed'));
    assert.deepEqual(errors, []);
  });

  test('survives that the root is a link which is bent', async (context) => {
    const { folder, root, notices } = await watched(context);
    await notices(async () => {
      await symlink(join(folder, 'elsewhere'), join(folder, 'next'));
      await rm(root, { recursive: true });
      await rename(join(folder, 'next'), root);
    });
    await notices(() => writeFile(join(folder, 'elsewhere', '1', 'model.toy'), 'changed'));
  });

  test('begins before there is a root', async (context) => {
    const folder = await temporaryFolder(context);
    const told = Promise.withResolvers<void>();
    const options = { mode: 'auto', pollMs: never, onError: () => undefined, onChange: () => told.resolve() } as const;
    const watch = await watchRepository(join(folder, 'later'), options);
    await makeModel(join(folder, 'later', 'iris'));
    await told.promise;
    await watch.close();
  });

  test('only looks from time to time, if told so', async (context) => {
    const watchFolder = () => assert.fail('A folder is watched.');
    const { changed } = await watched(context, { mode: 'poll', pollMs: 5, watchFolder });
    await changed();
    await changed();
  });

  test('looks from time to time beside listening for events', async (context) => {
    const { changed } = await watched(context, { pollMs: 5 });
    await changed();
    await changed();
  });

  test('tells once that events cannot be listened for, and looks from time to time', async (context) => {
    const error = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    const watchFolder = () => {
      throw error;
    };
    const { errors, changed } = await watched(context, { pollMs: 5, watchFolder });
    await changed();
    await changed();
    assert.deepEqual(errors, [error]);
  });

  test('tells nothing after it was closed, and holds nothing', async (context) => {
    const { root, watch, changed } = await watched(context);
    const isHeld = () => process.getActiveResourcesInfo().includes('FSEventWrap');
    assert.ok(isHeld());
    void changed().then(() => assert.fail('It was told.'));
    await writeFile(join(root, 'iris', '1', 'model.toy'), 'changed');
    await watch.close();
    await makeModel(join(root, 'new'));
    assert.ok(!isHeld());
  });
});
