import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { eventually } from '../../helpers/eventually.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { logLevels } from '../../../src/config/log-settings.ts';
import { createLogger, errorFields, type LoggerOptions } from '../../../src/observability/logger.ts';

/** A log and what it has written, one string a write. */
function makeLog(format: LoggerOptions['format'], level: LoggerOptions['level'] = 'debug') {
  const writes: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      writes.push(chunk.toString());
      done();
    },
  });
  return { logger: createLogger({ level, format, stream }), writes };
}

describe('the log as JSON', () => {
  test('has one object a line, with time, level, message and what belongs to the event', async () => {
    const { logger, writes } = makeLog('json');
    logger.info('request', { requestId: 'a', models: ['iris'], nothing: undefined });
    await nextTurn();
    assert.equal(writes.length, 1);
    const { timestamp, ...rest } = JSON.parse(writes[0] ?? '') as Record<string, unknown>;
    assert.deepEqual(rest, { level: 'info', message: 'request', requestId: 'a', models: ['iris'] });
    assert.match(String(timestamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test('says in each line which of several processes wrote it', async () => {
    const writes: string[] = [];
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        writes.push(chunk.toString());
        done();
      },
    });
    createLogger({ level: 'info', format: 'json', stream, processNumber: 2 }).info('request', { rows: 1 });
    await nextTurn();
    const { process: number, rows } = JSON.parse(writes.join('')) as Record<string, unknown>;
    assert.deepEqual([number, rows], [2, 1]);
  });

  test('keeps an event on one line whatever it holds', async () => {
    const { logger, writes } = makeLog('json');
    logger.warn('two\nlines', { text: 'a\nb\u2028c"}' });
    await nextTurn();
    assert.equal(writes.join('').split('\n').length, 2);
    assert.equal((JSON.parse(writes[0] ?? '') as { text: string }).text, 'a\nb\u2028c"}');
  });

  test('leaves out what is below its level', async () => {
    const { logger, writes } = makeLog('json', 'warn');
    logger.info('not this');
    logger.debug('nor this');
    logger.warn('but this');
    await nextTurn();
    assert.deepEqual(
      writes.map((line) => (JSON.parse(line) as { message: string }).message),
      ['but this'],
    );
  });

  test('follows its level when that is changed', async () => {
    const { logger, writes } = makeLog('json', 'warn');
    logger.info('too early');
    logger.level = 'debug';
    logger.debug('in time');
    logger.level = 'error';
    logger.warn('too late');
    await nextTurn();
    assert.deepEqual(
      writes.map((line) => (JSON.parse(line) as { message: string }).message),
      ['in time'],
    );
  });

  test('writes the lines of a tick at once, in their order', async () => {
    const { logger, writes } = makeLog('json');
    for (let index = 0; index < 100; index += 1) logger.info(String(index));
    assert.deepEqual(writes, []);
    await nextTurn();
    assert.equal(writes.length, 1);
    const messages = (writes[0] ?? '')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { message: string }).message);
    assert.deepEqual(
      messages,
      Array.from({ length: 100 }, (_, index) => String(index)),
    );
  });

  test('is dropped once nobody reads it any more, which is no reason to end', async () => {
    let writes = 0;
    const stream = new Writable({
      write(_chunk, _encoding, done) {
        writes += 1;
        done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      },
    });
    const logger = createLogger({ level: 'info', format: 'json', stream });
    for (let index = 0; index < 3; index += 1) {
      logger.info('nobody hears this');
      logger.error('nor this');
      await nextTurn();
    }
    assert.equal(writes, 1);
  });

  test('writes an error at once, with what came before it', () => {
    const { logger, writes } = makeLog('json');
    logger.info('before');
    logger.error('the end');
    assert.equal(writes.join('').trimEnd().split('\n').length, 2);
  });
});

describe('the file of the log', () => {
  /** Of a file that is just being put aside, none. */
  const numbersIn = async (path: string): Promise<number[]> =>
    (await readFile(path, 'utf8').catch(() => ''))
      .trimEnd()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => Number((JSON.parse(line) as { message: string }).message));

  const hasNoGap = (numbers: readonly number[]): boolean =>
    numbers.every((number, index) => index === 0 || number === (numbers[index - 1] ?? 0) + 1);

  test('has every line as JSON, whatever the format, and the oldest are put aside', async (context) => {
    const folder = await temporaryFolder(context, {});
    const { logger, writes } = makeLog('pretty');
    await logger.addFile({ path: join(folder, 'logs', 'a.log'), maxBytes: 8192, count: 3 });
    const keptNow = async () => {
      const files = (await readdir(join(folder, 'logs'))).toSorted();
      const numbers = await Promise.all(files.map(async (file) => await numbersIn(join(folder, 'logs', file))));
      return { files, numbers: numbers.flat().toSorted((a, b) => a - b) };
    };
    // winston needs a moment to put a file aside, in which no other must become full.
    for (let number = 0; number < 600; number += 50) {
      for (let ahead = 0; ahead < 50; ahead += 1) logger.info(String(number + ahead));
      await eventually(keptNow, ({ numbers }) => numbers.at(-1) === number + 49);
    }
    const kept = await eventually(keptNow, ({ files, numbers }) => files.length === 3 && hasNoGap(numbers));
    assert.deepEqual(kept.files, ['a.log', 'a1.log', 'a2.log']);
    for (const file of kept.files) assert.ok((await stat(join(folder, 'logs', file))).size < 8192 + 4096, file);
    assert.match(stripVTControlCharacters(writes.join('')), /^\d\d:\d\d:\d\d\.\d{3} info {2}0\n/);
  });

  test('that takes no more is told of once, and holds up neither the log nor its memory', async () => {
    const { logger, writes } = makeLog('json');
    await logger.addFile({ path: '/dev/full', maxBytes: 2 ** 20, count: 3 });
    for (let number = 0; number < 3000; number += 1) {
      logger.info(String(number), { text: 'x'.repeat(100) });
      await nextTurn();
    }
    const lines = writes.map((line) => JSON.parse(line) as { level: string; message: string; error?: string });
    assert.equal(lines.filter(({ level }) => level === 'info').length, 3000);
    const errors = lines.filter(({ level }) => level === 'error');
    assert.deepEqual(
      errors.map(({ message, error }) => [message, error]),
      [
        [
          'the file of the log cannot be written; lines are missing from it',
          'It is full or too slow: 1000 writes wait for it.',
        ],
      ],
    );
  });

  test('that cannot be written is refused', async (context) => {
    const folder = await temporaryFolder(context, { taken: Buffer.from('') });
    const { logger } = makeLog('json');
    await assert.rejects(
      logger.addFile({ path: join(folder, 'taken', 'a.log'), maxBytes: 8192, count: 3 }),
      /EEXIST|ENOTDIR/,
    );
  });
});

describe('the log for eyes', () => {
  test('has time, level, message and details on a line', async () => {
    const { logger, writes } = makeLog('pretty');
    logger.info('request', { status: 200, models: ['iris'], route: '/graphql', nothing: undefined });
    await nextTurn();
    const plain = stripVTControlCharacters(writes.join(''));
    assert.match(plain, /^\d\d:\d\d:\d\d\.\d{3} info {2}request {2}status=200 models=\["iris"\] route=\/graphql\n$/);
  });

  test('colours the levels differently', async () => {
    const { logger, writes } = makeLog('pretty');
    for (const level of logLevels) logger.log(level, 'event');
    await nextTurn();
    const lines = writes.join('').trimEnd().split('\n');
    const colours = lines.map((line) => /\[(\d+)m(?:error|warn|info|debug)/.exec(line)?.[1]);
    assert.ok(!colours.includes(undefined), lines.join('\n'));
    assert.equal(new Set(colours).size, 4);
  });

  test('puts a stack below the line', async () => {
    const { logger, writes } = makeLog('pretty');
    const error = new Error('broken');
    logger.error('request failed', errorFields(error));
    await nextTurn();
    assert.ok(writes.join('').endsWith(`${error.stack}\n`));
  });

  test('puts the causes below the stack', async () => {
    const { logger, writes } = makeLog('pretty');
    const cause = new Error('deep');
    const error = new Error('broken', { cause });
    logger.error('request failed', errorFields(error));
    await nextTurn();
    assert.ok(writes.join('').endsWith(`${error.stack}\ncaused by ${cause.stack}\n`));
  });
});

describe('an error as fields of a line', () => {
  test('has message and stack', () => {
    const error = new TypeError('broken');
    assert.deepEqual(errorFields(error), { error: 'broken', stack: error.stack });
  });

  test('has the stack of its cause', () => {
    const cause = new Error('deep');
    assert.equal(errorFields(new Error('broken', { cause })).cause, cause.stack);
  });

  test('has the stacks of its whole chain of causes, the nearest first', () => {
    const root = new RangeError('root');
    const cause = new Error('between', { cause: root });
    const { error, cause: told } = errorFields(new Error('broken', { cause }));
    assert.equal(error, 'broken');
    assert.equal(told, `${cause.stack}\ncaused by ${root.stack}`);
  });

  test('has a cause that is no error as text, and none that is not there', () => {
    assert.equal(errorFields(new Error('broken', { cause: { code: 7 } })).cause, '{"code":7}');
    assert.equal(errorFields(new Error('broken', { cause: null })).cause, undefined);
    assert.ok(!('cause' in errorFields(new Error('broken'))));
  });

  test('ends where its causes go in a circle, or on and on', () => {
    const circle = new Error('one');
    circle.cause = new Error('two', { cause: circle });
    assert.equal(errorFields(circle).cause, (circle.cause as Error).stack);
    let endless = new Error('root');
    for (let depth = 0; depth < 100; depth += 1) endless = new Error('above', { cause: endless });
    assert.equal(errorFields(endless).cause?.match(/caused by/g)?.length, 9);
  });

  test('that is no error is text', () => {
    assert.deepEqual(errorFields('thrown'), { error: 'thrown' });
    assert.deepEqual(errorFields(undefined), { error: 'undefined' });
  });
});
