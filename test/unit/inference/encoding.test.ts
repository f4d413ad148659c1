import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { badInput, GatewayError } from '../../../src/errors.ts';
import { encodeAll } from '../../../src/inference/encoding.ts';
import type { ServedModel } from '../../../src/inference/served-model.ts';
import type { EncodedRow, EncodeLimits } from '../../../src/tasks/task.ts';
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

const codes = (results: readonly (EncodedRow | GatewayError)[]) =>
  results.map((result) => (result instanceof GatewayError ? result.code : 'row'));

suite('Making rows of inputs', () => {
  test('takes no timer where it takes no time', async () => {
    let timers = -1;
    const { clock, all } = model(() => {
      timers = clock.timers;
      return row;
    });
    assert.deepEqual(await all('a', 'b'), [row, row]);
    assert.equal(timers + clock.timers, 0);
  });

  test('gives each input its row or its error, at once or later', async () => {
    const { clock, all } = model((name) => {
      if (name === 'bad') throw refused();
      if (name === 'bad later') return Promise.reject(refused());
      return name === 'later' ? Promise.resolve(row) : row;
    });
    const results = await all('good', 'bad', 'later', 'bad later');
    assert.deepEqual(codes(results), ['row', 'BAD_USER_INPUT', 'row', 'BAD_USER_INPUT']);
    assert.equal(clock.timers, 0);
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
    const [first, second, third] = await results;
    assert.equal(first, row);
    assert.deepEqual(codes([second ?? row, third ?? row]), ['DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED']);
    assert.ok(second instanceof GatewayError);
    assert.match(second.message, /prepared for 100 ms/);
    assert.deepEqual(second.options.details, { preparingMs: 100, queuedMs: 0, computingMs: 0 });
    assert.ok(signals.every(({ aborted }) => aborted));
  });

  test('ends when the client leaves', async () => {
    const { clock, client, all } = model(() => new Promise(() => undefined));
    const results = all('stuck');
    client.abort();
    assert.deepEqual(codes(await results), ['CANCELLED']);
    assert.equal(clock.timers, 0);
  });

  test('throws what is a fault of the server', async () => {
    const { clock, all } = model(() => Promise.reject(new TypeError('a bug')));
    await assert.rejects(all('a'), TypeError);
    assert.equal(clock.timers, 0);
  });
});
