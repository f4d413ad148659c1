import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { badInput, GatewayError } from '../../../src/errors.ts';
import { encodeAll, type EncodedInputs } from '../../../src/inference/encoding.ts';
import type { ServedModel } from '../../../src/inference/served-model.ts';
import type { EncodedRow, EncodeLimits } from '../../../src/tasks/task.ts';
import { countRows } from '../../../src/tensors/row-block.ts';
import { PuppetClock } from '../../helpers/puppet-clock.ts';

const row: EncodedRow = { tensors: new Map() };
const refused = () => badInput({ reason: 'MISSING', input: 'x', expected: 'a value', received: 'nothing' });

/** A model whose inputs are encoded as the test says, by the name of each. */
function model(encode: (name: unknown, limits: EncodeLimits) => EncodedRow | Promise<EncodedRow>) {
  const clock = new PuppetClock();
  const task = { encode: (input: Record<string, unknown>, limits: EncodeLimits) => encode(input['name'], limits) };
  const served = { clock, task } as unknown as ServedModel;
  const client = new AbortController();
  const options = { outputs: [], deadlineAt: clock.now() + 100, signal: client.signal };
  const all = (...names: string[]) =>
    encodeAll(
      served,
      names.map((name) => ({ name })),
      options,
    );
  return { clock, client, all };
}

/** For each of so many inputs what became of it. */
const codes = ({ refused }: EncodedInputs, inputs: number) =>
  Array.from({ length: inputs }, (_, place) => refused.get(place)?.code ?? 'row');

suite('Making rows of inputs', () => {
  test('takes no timer where it takes no time', async () => {
    let timers = -1;
    const { clock, all } = model(() => {
      timers = clock.timers;
      return row;
    });
    const { blocks, refused } = await all('a', 'b');
    assert.deepEqual([countRows(blocks), refused.size], [2, 0]);
    assert.equal(timers + clock.timers, 0);
  });

  test('gives each input its row or its error, at once or later', async () => {
    const { clock, all } = model((name) => {
      if (name === 'bad') throw refused();
      if (name === 'bad later') return Promise.reject(refused());
      return name === 'later' ? Promise.resolve(row) : row;
    });
    const results = await all('good', 'bad', 'later', 'bad later');
    assert.deepEqual(codes(results, 4), ['row', 'BAD_USER_INPUT', 'row', 'BAD_USER_INPUT']);
    assert.equal(countRows(results.blocks), 2);
    assert.equal(clock.timers, 0);
  });

  test('leaves a list to a task that takes one, and goes on with what it made', async () => {
    const refusedByTask = new Map([[1, refused()]]);
    const block = { rows: 2, columns: new Map() };
    const task = { encodeMany: () => ({ block, refused: refusedByTask }) };
    const served = { clock: new PuppetClock(), task } as unknown as ServedModel;
    const results = await encodeAll(served, [{}, {}, {}], { outputs: [], deadlineAt: Infinity });
    assert.deepEqual([results.blocks, results.refused], [[block], refusedByTask]);
    assert.equal(results.aboutAt(0).about, undefined);
  });

  test('tells what the task said of each input, those before it that were refused left out', async () => {
    const { all } = model((name) => {
      if (name === 'bad') throw refused();
      return { ...row, about: name };
    });
    const { aboutAt } = await all('bad', 'a', 'bad', 'b');
    assert.deepEqual([aboutAt(0).about, aboutAt(1).about], ['a', 'b']);
  });

  test('ends with the deadline, says for how long it was at work, and tells the work', async () => {
    const signals: AbortSignal[] = [];
    const { clock, all } = model((name, limits) => {
      if (name === 'quick') return row;
      signals.push(limits.signal);
      return new Promise(() => undefined);
    });
    const results = all('quick', 'stuck', 'stuck');
    clock.advance(99);
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [false, false],
    );
    clock.advance(1);
    const ended = await results;
    assert.deepEqual(codes(ended, 3), ['row', 'DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED']);
    const second = ended.refused.get(1);
    assert.ok(second instanceof GatewayError);
    assert.match(second.message, /prepared for 100 ms/);
    assert.deepEqual(second.options.details, { preparingMs: 100, queuedMs: 0, computingMs: 0 });
    assert.ok(signals.every(({ aborted }) => aborted));
  });

  test('ends when the client leaves', async () => {
    const { clock, client, all } = model(() => new Promise(() => undefined));
    const results = all('stuck');
    client.abort();
    assert.deepEqual(codes(await results, 1), ['CANCELLED']);
    assert.equal(clock.timers, 0);
  });

  test('throws what is a fault of the server', async () => {
    const { clock, all } = model(() => Promise.reject(new TypeError('a bug')));
    await assert.rejects(all('a'), TypeError);
    assert.equal(clock.timers, 0);
  });
});
