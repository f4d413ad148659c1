import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../../helpers/eventually.ts';
import { toyRepository } from '../../helpers/toy-repository.ts';

describe('a new version', () => {
  test('takes over when it is ready, and only then the old one is closed', async (context) => {
    const { repository, write, news, toys } = await toyRepository(context, { 'a/1/model.toy': 'one' });
    await repository.load();
    news();
    await write('a/2/model.toy', 'two');
    await repository.rescan();
    assert.deepEqual(news(), [
      'a/2 DISCOVERED',
      'a/2 VERIFYING',
      'a/2 LOADING',
      'a/2 WARMING',
      'a/2 READY',
      'a -> 2',
      'a/1 DRAINING',
      'a/1 UNLOADED',
    ]);
    assert.deepEqual(
      toys.map(({ key, closed }) => [key, closed]),
      [
        ['a/1', true],
        ['a/2', false],
      ],
    );
  });

  test('that fails says why and leaves the old one alone, until its files change', async (context) => {
    const { repository, write, versions, news } = await toyRepository(context, { 'a/1/model.toy': 'one' });
    await repository.load();
    await write('a/2/model.toy', 'broken');
    await repository.rescan();
    assert.deepEqual(versions('a'), ['1 READY one', '2 FAILED']);
    await write('a/2/model.toy', 'wrong');
    await repository.rescan();
    assert.deepEqual(versions('a'), ['1 READY one', '2 FAILED']);
    assert.ok(!news().includes('a -> null'));
    await write('a/2/model.toy', 'two');
    await repository.rescan();
    assert.deepEqual(versions('a'), ['1 UNLOADED', '2 READY two']);
  });

  test('that fails at the start leaves the service to the one before', async (context) => {
    const { repository, versions } = await toyRepository(context, { 'a/1/model.toy': 'one', 'a/2/model.toy': 'wrong' });
    await repository.load();
    assert.deepEqual(versions('a'), ['1 READY one', '2 FAILED']);
    assert.equal(repository.models.get('a')?.defaultVersion, 1);
  });

  test('is seen by readers at once with the default, and never without one', async (context) => {
    const { repository, write } = await toyRepository(context, { 'a/1/model.toy': 'one' });
    await repository.load();
    const seen = new Set<number | null>();
    const stop = repository.onChange(() => {
      const model = repository.models.get('a');
      const entry = model?.versions.find(({ version }) => version === model.defaultVersion);
      assert.equal(entry?.state.phase, 'READY');
      seen.add(model?.defaultVersion ?? null);
    });
    await write('a/2/model.toy', 'two');
    await repository.rescan();
    stop();
    assert.deepEqual([...seen], [1, 2]);
  });
});

describe('changed files of a version that serves', () => {
  test('are loaded beside it and take its place', async (context) => {
    const { repository, write, versions, toys, news } = await toyRepository(context, { 'a/1/model.toy': 'one' });
    await repository.load();
    news();
    await write('a/1/model.toy', 'another');
    await repository.rescan();
    assert.deepEqual(versions('a'), ['1 READY another']);
    assert.deepEqual(
      toys.map(({ closed }) => closed),
      [true, false],
    );
    assert.ok(news().includes('a/1 LOADING (update)'));
  });

  test('that fail leave it serving, and say so beside its state', async (context) => {
    const { repository, write, versions } = await toyRepository(context, { 'a/1/model.toy': 'one' });
    await repository.load();
    await write('a/1/model.toy', 'wrong');
    await repository.rescan();
    assert.deepEqual(versions('a'), ['1 READY one']);
    const update = repository.models.get('a')?.versions[0]?.update;
    assert.ok(update?.phase === 'FAILED');
    assert.equal(update.reason, 'It answers wrongly.');
    await write('a/1/model.toy', 'good');
    await repository.rescan();
    assert.deepEqual(versions('a'), ['1 READY good']);
    assert.equal(repository.models.get('a')?.versions[0]?.update, null);
  });

  test('do not bring an older version back when they fail', async (context) => {
    const { repository, write, versions } = await toyRepository(context, {
      'a/1/model.toy': 'one',
      'a/2/model.toy': 'two',
    });
    await repository.load();
    await write('a/2/model.toy', 'broken');
    await repository.rescan();
    assert.deepEqual(versions('a'), ['1 UNLOADED', '2 READY two']);
  });
});

describe('folders that go', () => {
  test('a version that goes hands over to the one before, which is loaded first', async (context) => {
    const { repository, remove, news, versions } = await toyRepository(context, {
      'a/1/model.toy': 'one',
      'a/2/model.toy': 'two',
    });
    await repository.load();
    news();
    await remove('a/2');
    await repository.rescan();
    const lines = news();
    assert.ok(lines.indexOf('a/1 READY') < lines.indexOf('a/2 DRAINING'));
    assert.ok(!lines.includes('a -> null'));
    assert.deepEqual(versions('a'), ['1 READY one']);
  });

  test('models are listed by name, whenever each of them came', async (context) => {
    const { repository, write } = await toyRepository(context, { 'b/1/model.toy': 'x' });
    await repository.load();
    for (const name of ['c', 'a']) {
      await write(`${name}/1/model.toy`, 'x');
      await repository.rescan();
    }
    assert.deepEqual([...repository.models.keys()], ['a', 'b', 'c']);
  });

  test('a model that goes is closed, and may come back', async (context) => {
    const { repository, remove, write, news, toys, versions } = await toyRepository(context, {
      'a/1/model.toy': 'one',
    });
    await repository.load();
    news();
    await remove('a');
    await repository.rescan();
    assert.equal(repository.models.size, 0);
    assert.ok(news().includes('a REMOVED'));
    assert.ok(repository.history.lastRemoved((model) => model === 'a')?.at instanceof Date);
    assert.equal(
      repository.history.lastRemoved((model) => model === 'b'),
      null,
    );
    await write('a/1/model.toy', 'again');
    await repository.rescan();
    assert.deepEqual(versions('a'), ['1 READY again']);
    assert.equal(toys[0]?.closed, true);
  });

  test('a repository that cannot be read any more goes on serving what it has', async (context) => {
    const { repository, remove, versions } = await toyRepository(context, { 'a/1/model.toy': 'one' });
    await repository.load();
    await remove('.');
    await assert.rejects(repository.rescan(), /cannot be read/);
    assert.deepEqual(versions('a'), ['1 READY one']);
  });
});

describe('the contract', () => {
  test('holds a version that would break it, with what would break, and the old one serves on', async (context) => {
    const { repository, write, versions } = await toyRepository(context, { 'a/1/model.toy': 'one label! score!' });
    await repository.load();
    await write('a/2/model.toy', 'two score!');
    await repository.rescan();
    assert.deepEqual(versions('a'), ['1 READY one label! score!', '2 HELD']);
    const state = repository.models.get('a')?.versions[1]?.state;
    assert.ok(state?.phase === 'HELD');
    assert.equal(state.reason, 'It would break what clients rely on: label! is gone.');
  });

  test('is the same after a new start', async (context) => {
    const { repository, versions } = await toyRepository(context, {
      'a/1/model.toy': 'one label!',
      'a/2/model.toy': 'two',
    });
    await repository.load();
    assert.deepEqual(versions('a'), ['1 READY one label!', '2 HELD']);
  });

  test('is changed by accepting the version in the manifest, without loading it again', async (context) => {
    const { repository, write, versions, toys } = await toyRepository(context, {
      'a/1/model.toy': 'one label!',
      'a/2/model.toy': 'two',
    });
    await repository.load();
    await write('a/model.yaml', 'versions: { acceptBreaking: [2] }');
    await repository.rescan();
    assert.deepEqual(versions('a'), ['1 UNLOADED', '2 READY two']);
    assert.equal(toys.length, 2);
  });

  test('is changed by accepting the version by hand, but not for other files of the same number', async (context) => {
    const { repository, write, versions } = await toyRepository(context, {
      'a/1/model.toy': 'one label!',
      'a/2/model.toy': 'two',
    });
    await repository.load();
    await repository.obey('a', { order: 'ACCEPT', version: 2 });
    await repository.obey('a', { order: 'ACCEPT', version: 2 });
    assert.deepEqual(versions('a'), ['1 UNLOADED', '2 READY two']);
    await write('a/2/model.toy', 'two value!');
    await repository.rescan();
    assert.deepEqual(versions('a'), ['1 UNLOADED', '2 READY two value!']);
    await write('a/2/model.toy', 'two again');
    await repository.rescan();
    assert.deepEqual(versions('a'), ['1 UNLOADED', '2 READY two value!']);
    assert.equal(repository.models.get('a')?.versions[1]?.update?.phase, 'HELD');
  });

  test('does not stand in the way of going back', async (context) => {
    const { repository, write, versions } = await toyRepository(context, {
      'a/1/model.toy': 'one',
      'a/2/model.toy': 'two label!',
    });
    await repository.load();
    assert.deepEqual(versions('a'), ['1 UNLOADED', '2 READY two label!']);
    await write('a/model.yaml', 'versions: { serve: [1] }');
    await repository.rescan();
    assert.deepEqual(versions('a'), ['1 READY one', '2 UNLOADED']);
  });

  test('is not got around by a label', async (context) => {
    const { repository, versions } = await toyRepository(context, {
      'a/model.yaml': 'versions: { labels: { canary: 2 } }',
      'a/1/model.toy': 'one label!',
      'a/2/model.toy': 'two',
    });
    await repository.load();
    assert.deepEqual(versions('a'), ['1 READY one label!', '2 HELD']);
    assert.equal(repository.models.get('a')?.defaultVersion, 1);
    assert.match(repository.models.get('a')?.problem ?? '', /"canary" cannot name version 2/);
  });
});

describe('labels', () => {
  test('move when the version is ready, and the version that they left is closed', async (context) => {
    const { repository, write, news, versions } = await toyRepository(context, {
      'a/model.yaml': 'versions: { serve: [3], labels: { stable: 1 } }',
      'a/1/model.toy': 'one',
      'a/2/model.toy': 'two',
      'a/3/model.toy': 'three',
    });
    await repository.load();
    assert.deepEqual(versions('a'), ['1 READY one', '2 UNLOADED', '3 READY three']);
    news();
    await write('a/model.yaml', 'versions: { serve: [3], labels: { stable: 2 } }');
    await repository.rescan();
    const lines = news();
    assert.ok(lines.indexOf('a/2 READY') < lines.indexOf('a stable -> 2'));
    assert.ok(lines.indexOf('a stable -> 2') < lines.indexOf('a/1 DRAINING'));
    assert.deepEqual(versions('a'), ['1 UNLOADED', '2 READY two', '3 READY three']);
  });

  test('stay where they were while their new version cannot serve', async (context) => {
    const { repository, write, versions } = await toyRepository(context, {
      'a/model.yaml': 'versions: { serve: [3], labels: { stable: 1 } }',
      'a/1/model.toy': 'one',
      'a/2/model.toy': 'wrong',
      'a/3/model.toy': 'three',
    });
    await repository.load();
    await write('a/model.yaml', 'versions: { serve: [3], labels: { stable: 2 } }');
    await repository.rescan();
    const model = repository.models.get('a');
    assert.equal(model?.labels.get('stable'), 1);
    assert.match(model?.problem ?? '', /"stable" cannot name version 2.* goes on naming version 1/);
    assert.deepEqual(versions('a'), ['1 READY one', '2 FAILED', '3 READY three']);
  });
});

describe('a manifest', () => {
  test('that becomes invalid leaves the last good one in force, and says so once', async (context) => {
    const { repository, write, versions, news } = await toyRepository(context, {
      'a/model.yaml': 'versions: { serve: [1] }',
      'a/1/model.toy': 'one',
      'a/2/model.toy': 'two',
    });
    await repository.load();
    news();
    await write('a/model.yaml', 'versions: { serve: [1], labels: 7 }');
    await repository.rescan();
    await repository.rescan();
    assert.deepEqual(versions('a'), ['1 READY one', '2 UNLOADED']);
    const told = news().filter((line) => line.startsWith('a: '));
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /labels.*The manifest before it stays in force/);
    await write('a/model.yaml', 'versions: { serve: [2] }');
    await repository.rescan();
    assert.deepEqual(versions('a'), ['1 UNLOADED', '2 READY two']);
    assert.equal(repository.models.get('a')?.problem, null);
  });

  test('whose meaning is wrong leaves the last good one in force too, for versions that come later as well', async (context) => {
    const { repository, write, versions } = await toyRepository(context, {
      'a/model.yaml': 'title: A',
      'a/1/model.toy': 'one',
    });
    await repository.load();
    await write('a/model.yaml', 'task: unknown');
    await write('a/2/model.toy', 'two');
    await repository.rescan();
    assert.deepEqual(versions('a'), ['1 UNLOADED', '2 READY two']);
    assert.match(repository.models.get('a')?.problem ?? '', /no such task\..*stays in force/);
  });

  test('that is invalid leaves a model that had none as it was, for versions that come later as well', async (context) => {
    const { repository, write, versions } = await toyRepository(context, { 'a/1/model.toy': 'one' });
    await repository.load();
    await write('a/model.yaml', 'nope: 1');
    await write('a/2/model.toy', 'two');
    await repository.rescan();
    assert.deepEqual(versions('a'), ['1 UNLOADED', '2 READY two']);
    assert.match(repository.models.get('a')?.problem ?? '', /nope.*stays in force/);
  });

  test('that was never good is mended by writing another, or none', async (context) => {
    const { repository, remove, versions } = await toyRepository(context, {
      'a/model.yaml': 'nope: 1',
      'a/1/model.toy': 'one',
    });
    await repository.load();
    assert.deepEqual(versions('a'), ['1 FAILED']);
    await remove('a/model.yaml');
    await repository.rescan();
    assert.deepEqual(versions('a'), ['1 READY one']);
  });

  test('with other settings makes each version that serves anew', async (context) => {
    const { repository, write, toys, versions } = await toyRepository(context, { 'a/1/model.toy': 'one' });
    await repository.load();
    await write('a/model.yaml', 'title: A');
    await repository.rescan();
    assert.deepEqual(versions('a'), ['1 READY one']);
    assert.equal(toys.length, 2);
    assert.equal(repository.models.get('a')?.manifest.title, 'A');
  });
});

describe('by hand', () => {
  test('what is asked for is told before what it leads to', async (context) => {
    const { repository, news } = await toyRepository(context, { 'a/1/model.toy': 'one' });
    await repository.load();
    news();
    await repository.obey('a', { order: 'UNLOAD', version: 1 });
    await repository.obey('nobody', { order: 'UNLOAD', version: null });
    await repository.obey('a', { order: 'LOAD', version: null });
    await repository.obey('a', { order: 'ACCEPT', version: 1 });
    const lines = news();
    assert.deepEqual(
      lines.filter((line) => /UNLOAD |LOAD |ACCEPT/.test(line)),
      ['a UNLOAD 1', 'a LOAD null', 'a ACCEPT 1'],
    );
    assert.ok(lines.indexOf('a UNLOAD 1') < lines.indexOf('a/1 DRAINING'));
  });

  test('a model is brought to what its folder holds, and versions that failed are left alone', async (context) => {
    const { repository, write, versions, steps } = await toyRepository(context, {
      'a/1/model.toy': 'one',
      'a/2/model.toy': 'broken',
    });
    await repository.load();
    await write('a/3/model.toy', 'three');
    await repository.refresh('a');
    await repository.refresh('nobody');
    assert.deepEqual(versions('a'), ['1 UNLOADED', '2 FAILED', '3 READY three']);
    assert.equal(steps().filter((line) => line === 'a/2 FAILED').length, 1);
  });

  test('a version is unloaded and loaded again, each as often as one likes', async (context) => {
    const { repository, versions } = await toyRepository(context, { 'a/1/model.toy': 'one', 'a/2/model.toy': 'two' });
    await repository.load();
    await repository.obey('a', { order: 'UNLOAD', version: 2 });
    await repository.obey('a', { order: 'UNLOAD', version: 2 });
    assert.deepEqual(versions('a'), ['1 READY one', '2 UNLOADED']);
    await repository.obey('a', { order: 'LOAD', version: 2 });
    await repository.obey('a', { order: 'LOAD', version: 2 });
    assert.deepEqual(versions('a'), ['1 UNLOADED', '2 READY two']);
    await repository.obey('a', { order: 'LOAD', version: 1 });
    assert.deepEqual(versions('a'), ['1 READY one', '2 READY two']);
    assert.equal(repository.models.get('a')?.defaultVersion, 2);
  });

  test('a whole model is unloaded, and stays so when its folder changes', async (context) => {
    const { repository, write, versions } = await toyRepository(context, { 'a/1/model.toy': 'one' });
    await repository.load();
    await repository.obey('a', { order: 'UNLOAD', version: null });
    await write('a/2/model.toy', 'two');
    await repository.rescan();
    assert.deepEqual(versions('a'), ['1 UNLOADED', '2 UNLOADED']);
    assert.equal(repository.models.get('a')?.defaultVersion, null);
    await repository.obey('a', { order: 'LOAD', version: null });
    assert.deepEqual(versions('a'), ['1 UNLOADED', '2 READY two']);
  });

  test('a version that failed is tried again', async (context) => {
    const failing = { yes: true };
    const { repository, versions } = await toyRepository(
      context,
      { 'a/1/model.toy': 'one' },
      {
        warm: async () => {
          if (failing.yes) throw new Error('no memory');
        },
      },
    );
    await repository.load();
    assert.deepEqual(versions('a'), ['1 FAILED']);
    failing.yes = false;
    await repository.obey('a', { order: 'LOAD', version: 1 });
    assert.deepEqual(versions('a'), ['1 READY one']);
  });
});

describe('a version that can serve no more by itself', () => {
  const files = { 'a/1/model.toy': 'one', 'a/2/model.toy': 'two' };

  test('fails with the reason, and what can serve in its place does', async (context) => {
    const { repository, news, toys, versions } = await toyRepository(context, files);
    await repository.load();
    news();
    toys.find(({ key }) => key === 'a/2')?.broken?.resolve(new Error('Its threads ended.'));
    await eventually(
      async () => repository.models.get('a')?.defaultVersion,
      (version) => version === 1,
    );
    const told = news();
    assert.deepEqual(told.slice(0, 2), ['a/2 FAILED', 'a -> null']);
    assert.deepEqual(told.slice(-2), ['a/1 READY', 'a -> 1']);
    assert.deepEqual(versions('a'), ['1 READY one', '2 FAILED']);
    const failed = repository.models.get('a')?.versions[1]?.state;
    assert.ok(failed?.phase === 'FAILED' && failed.reason === 'Its threads ended.');
    assert.equal(toys[0]?.closed, true);
  });

  test('leaves a model that has no other without one, and can be loaded again by hand', async (context) => {
    const { repository, toys, versions } = await toyRepository(context, { 'a/1/model.toy': 'one' });
    await repository.load();
    toys[0]?.broken?.resolve(new Error('Its threads ended.'));
    await eventually(
      async () => versions('a'),
      (found) => found?.[0] === '1 FAILED',
    );
    assert.equal(repository.models.get('a')?.defaultVersion, null);
    await repository.refresh('a');
    assert.deepEqual(versions('a'), ['1 FAILED']);
    await repository.obey('a', { order: 'LOAD', version: 1 });
    assert.deepEqual(versions('a'), ['1 READY one']);
    assert.equal(repository.models.get('a')?.defaultVersion, 1);
  });

  test('is no news once it is closed', async (context) => {
    const { repository, toys, write, versions, faults } = await toyRepository(context, { 'a/1/model.toy': 'one' });
    await repository.load();
    await write('a/1/model.toy', 'new');
    await repository.rescan();
    toys[0]?.broken?.resolve(new Error('Its threads ended.'));
    await repository.rescan();
    assert.deepEqual(versions('a'), ['1 READY new']);
    assert.deepEqual(faults, []);
  });
});
