import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { describe, test } from 'node:test';
import { copyWholeLines } from '../../../src/processes/whole-lines.ts';
import { promisesSettle } from '../../helpers/puppet-clock.ts';

/** Two processes that write to one stream. */
function twoWriters() {
  const writes: string[] = [];
  const to = new Writable({
    write(chunk: Buffer, _encoding, done) {
      writes.push(chunk.toString());
      done();
    },
  });
  const [one, two] = [new PassThrough(), new PassThrough()];
  copyWholeLines(one, to);
  copyWholeLines(two, to);
  return { one, two, writes };
}

describe('lines of several processes', () => {
  test('are not mixed, however they arrive', async () => {
    const { one, two, writes } = twoWriters();
    const long = 'x'.repeat(10_000);
    one.write(`first of one\n${long}`);
    await promisesSettle();
    two.write('first of two\n');
    await promisesSettle();
    one.write(long);
    await promisesSettle();
    two.write('second ');
    await promisesSettle();
    one.write('\n');
    await promisesSettle();
    two.write('of two\nthird of two\n');
    await promisesSettle();
    assert.deepEqual(writes, ['first of one\n', 'first of two\n', `${long}${long}\n`, 'second of two\nthird of two\n']);
  });

  test('keep characters whole that arrive in two parts', async () => {
    const { one, writes } = twoWriters();
    const bytes = Buffer.from('größe\n');
    one.write(bytes.subarray(0, 3));
    await promisesSettle();
    one.write(bytes.subarray(3));
    await promisesSettle();
    assert.deepEqual(writes, ['größe\n']);
  });

  test('end with their process, also one that was killed in the middle of it', async () => {
    const { one, two, writes } = twoWriters();
    one.write('cut o');
    one.end();
    await promisesSettle();
    two.write('whole\n');
    await promisesSettle();
    assert.deepEqual(writes, ['cut o\n', 'whole\n']);
  });
});
