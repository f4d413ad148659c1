import assert from 'node:assert/strict';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { openLiveFiles } from '../../../src/access/live-files.ts';
import { eventually } from '../../helpers/eventually.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** Live files of two texts, which must not say "broken", and that are looked at when the test says so. */
async function open(context: TestContext, isWatched = false) {
  const folder = await temporaryFolder(context, { a: 'one', b: 'two' });
  const values: string[] = [];
  const refused: string[] = [];
  let watchers = 0;
  const files = await openLiveFiles({
    paths: [join(folder, 'a'), join(folder, 'b')],
    read: (contents) => {
      const text = contents.join(' ');
      if (text.includes('broken')) throw new Error(`It is ${text}.`);
      return text;
    },
    onChange: (value) => values.push(value),
    onRefused: (error) => refused.push(error instanceof Error ? error.message : ''),
    watchFiles: isWatched
      ? undefined
      : () => {
          watchers += 1;
          return () => (watchers -= 1);
        },
  });
  context.after(() => files.close());
  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  return { files, folder, values, refused, write, watchers: () => watchers };
}

describe('live files', () => {
  test('are read together, at the start and when one of them changed', async (context) => {
    const { files, values, write } = await open(context);
    assert.equal(files.current, 'one two');
    await files.check();
    assert.deepEqual(values, []);
    await write('b', 'three');
    await files.check();
    assert.equal(files.current, 'one three');
    assert.deepEqual(values, ['one three']);
  });

  test('that break leave the last good value, which is told once', async (context) => {
    const { files, values, refused, write } = await open(context);
    await write('a', 'broken');
    await files.check();
    await files.check();
    assert.equal(files.current, 'one two');
    assert.deepEqual(refused, ['It is broken two.']);
    await write('a', 'whole');
    await files.check();
    assert.deepEqual([files.current, values], ['whole two', ['whole two']]);
  });

  test('that go leave the last good value, and come back', async (context) => {
    const { files, folder, refused, write } = await open(context);
    await rm(join(folder, 'a'));
    await files.check();
    await files.check();
    assert.equal(files.current, 'one two');
    assert.equal(refused.length, 1);
    assert.match(refused[0] ?? '', /a cannot be read \(ENOENT\)/);
    await write('a', 'new');
    await files.check();
    assert.equal(files.current, 'new two');
  });

  test('that cannot be used at the start are refused', async (context) => {
    const folder = await temporaryFolder(context);
    const opening = openLiveFiles({ paths: [join(folder, 'no')], read: () => 1, onRefused: () => undefined });
    await assert.rejects(opening, { name: 'AccessError', message: /no cannot be read \(ENOENT\)/ });
  });

  test('that are closed are watched no more, and change nothing', async (context) => {
    const { files, write, values, watchers } = await open(context);
    assert.equal(watchers(), 1);
    files.close();
    assert.equal(watchers(), 0);
    await write('a', 'late');
    await files.check();
    assert.deepEqual(values, []);
  });

  test('are noticed by themselves when they are replaced', async (context) => {
    const { files, folder, write } = await open(context, true);
    await write('staged', 'new');
    await rename(join(folder, 'staged'), join(folder, 'a'));
    await eventually(
      async () => await new Promise<string>((resolve) => setImmediate(() => resolve(files.current))),
      (value) => value === 'new two',
    );
  });
});
