import assert from 'node:assert/strict';
import { it } from 'node:test';

import fc from 'fast-check';

import { type SessionPool, startPool } from '../../../../src/backends/onnxruntime/pool.ts';
import type { SessionClient, SessionResult } from '../../../../src/backends/onnxruntime/session-client.ts';
import { GatewayError } from '../../../../src/errors.ts';

/** A session whose calls end when the test says so. */
class PuppetSession implements SessionClient {
  readonly running: { readonly name: string; readonly finish: PromiseWithResolvers<SessionResult> }[] = [];
  readonly #ended = Promise.withResolvers<void>();
  readonly ended = this.#ended.promise;
  isClosed = false;

  run(_inputs: unknown, outputs: readonly string[]): Promise<SessionResult> {
    const finish = Promise.withResolvers<SessionResult>();
    this.running.push({ name: outputs.join(), finish });
    return finish.promise;
  }

  close(): Promise<void> {
    this.isClosed = true;
    this.#ended.resolve();
    return this.ended;
  }

  /** As a thread that ended by itself. */
  die(): void {
    this.#ended.resolve();
    for (const { finish } of this.running.splice(0)) finish.reject(new GatewayError('MODEL_UNAVAILABLE', 'gone'));
  }

  finishOne(): void {
    const call = this.running.shift();
    call?.finish.resolve({ outputs: new Map(), computeMs: 0, cpuMs: 0 });
  }
}

async function puppetPool(instances: number): Promise<{ pool: SessionPool; sessions: PuppetSession[] }> {
  const sessions: PuppetSession[] = [];
  const pool = await startPool(instances, () => {
    const session = new PuppetSession();
    sessions.push(session);
    return Promise.resolve(session);
  });
  return { pool, sessions };
}

const inputs = new Map();
const call = (pool: SessionPool, name: string | number) => pool.run(inputs, [String(name)]);
/** Lets every promise that can settle do so. */
const turn = () => new Promise((resolve) => setImmediate(resolve));
const namesOf = (session: PuppetSession | undefined) => session?.running.map(({ name }) => name);
const isUnavailable = (error: unknown) => error instanceof GatewayError && error.code === 'MODEL_UNAVAILABLE';

it('uses every idle session before it queues, and never gives one two calls at a time', async () => {
  const { pool, sessions } = await puppetPool(2);
  const calls = [1, 2, 3].map((name) => call(pool, name));
  assert.deepEqual(
    sessions.map((session) => session.running.length),
    [1, 1],
  );
  for (let left = 3; left > 0; left -= 1) {
    sessions.find((session) => session.running.length > 0)?.finishOne();
    await turn();
    assert.ok(sessions.every((session) => session.running.length <= 1));
  }
  await Promise.all(calls);
});

it('starts queued calls in the order they came, whichever session is free', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.nat(), { maxLength: 30 }),
      async (instances, picks) => {
        const { pool, sessions } = await puppetPool(instances);
        const started: number[] = [];
        const calls = picks.map((_, name) => call(pool, name));
        for (const pick of picks) {
          const busy = sessions.filter((session) => session.running.length > 0);
          const session = busy[pick % busy.length];
          started.push(...(namesOf(session) ?? []).map(Number));
          const next = instances + started.length - 1;
          session?.finishOne();
          await turn();
          if (next < picks.length) assert.deepEqual(namesOf(session), [String(next)]);
        }
        await Promise.all(calls);
        assert.deepEqual(
          started.toSorted((a, b) => a - b),
          picks.map((_, name) => name),
        );
      },
    ),
    { numRuns: 30 },
  );
});

it('finishes running and queued calls before it closes its sessions', async () => {
  const { pool, sessions } = await puppetPool(1);
  const calls = [call(pool, 1), call(pool, 2)];
  const closed = pool.close();
  await assert.rejects(call(pool, 3), isUnavailable);
  for (let left = 2; left > 0; left -= 1) {
    await turn();
    assert.equal(sessions[0]?.isClosed, false);
    sessions[0]?.finishOne();
  }
  await Promise.all([...calls, closed, pool.close()]);
  assert.equal(sessions[0]?.isClosed, true);
});

it('replaces a session that ended by itself, and gives it the queued calls', async () => {
  const { pool, sessions } = await puppetPool(1);
  const lost = call(pool, 'lost');
  const queued = call(pool, 'queued');
  sessions[0]?.die();
  await assert.rejects(lost, isUnavailable);
  await turn();
  assert.equal(sessions.length, 2);
  assert.deepEqual(namesOf(sessions[1]), ['queued']);
  sessions[1]?.finishOne();
  await queued;
  await pool.close();
});

it('refuses queued and later calls when a lost session cannot be replaced', async () => {
  const first = new PuppetSession();
  let starts = 0;
  const pool = await startPool(1, () => {
    starts += 1;
    return starts === 1 ? Promise.resolve(first) : Promise.reject(new Error('no memory'));
  });
  const calls = [call(pool, 'lost'), call(pool, 'queued')];
  first.die();
  for (const each of calls) await assert.rejects(each, isUnavailable);
  await assert.rejects(call(pool, 'later'), isUnavailable);
  await pool.close();
});

it('closes even when its last session ends while calls are queued', async () => {
  const { pool, sessions } = await puppetPool(1);
  const calls = [call(pool, 'lost'), call(pool, 'queued')];
  const closed = pool.close();
  sessions[0]?.die();
  for (const each of calls) await assert.rejects(each, isUnavailable);
  await closed;
  assert.equal(sessions.length, 1);
});

it('closes the sessions that started when one of them does not', async () => {
  const sessions: PuppetSession[] = [];
  const start = () => {
    if (sessions.length === 2) return Promise.reject(new Error('no memory'));
    sessions.push(new PuppetSession());
    return Promise.resolve(sessions.at(-1) ?? new PuppetSession());
  };
  await assert.rejects(startPool(3, start), /no memory/);
  assert.deepEqual(
    sessions.map(({ isClosed }) => isClosed),
    [true, true],
  );
});
