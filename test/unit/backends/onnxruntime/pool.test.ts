import assert from 'node:assert/strict';
import { it } from 'node:test';

import fc from 'fast-check';

import { type SessionPool, startPool } from '../../../../src/backends/onnxruntime/pool.ts';
import {
  CallNeverBegan,
  type SessionClient,
  type SessionEnd,
  type SessionResult,
} from '../../../../src/backends/onnxruntime/session-client.ts';
import { GatewayError } from '../../../../src/errors.ts';
import { PuppetClock } from '../../../helpers/puppet-clock.ts';

/** A session whose calls end when the test says so. */
class PuppetSession implements SessionClient {
  readonly running: { readonly name: string; readonly finish: PromiseWithResolvers<SessionResult> }[] = [];
  readonly #ended = Promise.withResolvers<SessionEnd>();
  readonly #gone = Promise.withResolvers<void>();
  readonly ended = this.#ended.promise;
  isClosed = false;

  run(_inputs: unknown, outputs: readonly string[]): Promise<SessionResult> {
    const finish = Promise.withResolvers<SessionResult>();
    this.running.push({ name: outputs.join(), finish });
    return finish.promise;
  }

  close(): Promise<void> {
    this.isClosed = true;
    this.#ended.resolve({ kind: 'closed' });
    return this.ended.then(() => undefined);
  }

  /** As a thread that ended by itself, or does not return. */
  die(how: 'ended' | 'stuck' = 'ended'): void {
    this.#ended.resolve({ ...this.#loss, how, with: 'this session' });
    for (const { finish } of this.running.splice(0)) finish.reject(new GatewayError('MODEL_UNAVAILABLE', 'gone'));
  }

  /** As a thread that another model's call took along before this one's call began. */
  dieWithOther(): void {
    this.#ended.resolve({ ...this.#loss, how: 'ended', with: 'another session' });
    for (const { finish } of this.running.splice(0)) finish.reject(new CallNeverBegan());
  }

  /** As a thread that was stuck and returned. */
  return(): void {
    this.#gone.resolve();
  }

  get #loss() {
    return { kind: 'lost', cause: new Error('why'), gone: this.#gone.promise } as const;
  }

  finishOne(): void {
    const call = this.running.shift();
    call?.finish.resolve({ outputs: new Map(), computeMs: 0, cpuMs: 0 });
  }
}

async function puppetPool(instances: number) {
  const sessions: PuppetSession[] = [];
  const clock = new PuppetClock();
  const lost: string[] = [];
  const broken: string[] = [];
  let refusal: Error | null = null;
  const start = () => {
    if (refusal !== null) return Promise.reject(refusal);
    const session = new PuppetSession();
    sessions.push(session);
    return Promise.resolve(session);
  };
  const pool = await startPool(instances, start, {
    timers: clock,
    onLost: ({ message }) => lost.push(message),
    onBroken: ({ message }) => broken.push(message),
  });
  return {
    pool,
    sessions,
    clock,
    lost,
    broken,
    refuseStarts: (error: Error | null) => {
      refusal = error;
    },
    /** Lets time go by, and what waits for it happen. */
    pass: async (milliseconds: number) => {
      await turn();
      clock.advance(milliseconds);
      await turn();
    },
  };
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

it('replaces a session that ended by itself after a moment, and gives it the queued calls', async () => {
  const { pool, sessions, pass, lost: losses } = await puppetPool(1);
  const lost = call(pool, 'lost');
  const queued = call(pool, 'queued');
  sessions[0]?.die();
  await assert.rejects(lost, isUnavailable);
  await pass(99);
  assert.equal(sessions.length, 1);
  await pass(1);
  assert.equal(sessions.length, 2);
  assert.deepEqual(namesOf(sessions[1]), ['queued']);
  sessions[1]?.finishOne();
  await queued;
  assert.deepEqual(losses, ['A thread of the model ended by itself.']);
  await pool.close();
});

it("makes a call again, once, that another model's call took along, and does not wait for it", async () => {
  const { pool, sessions, lost } = await puppetPool(1);
  const saved = call(pool, 'saved');
  sessions[0]?.dieWithOther();
  await turn();
  assert.deepEqual(namesOf(sessions[1]), ['saved']);
  sessions[1]?.finishOne();
  await saved;
  const unlucky = call(pool, 'unlucky');
  sessions[1]?.dieWithOther();
  await turn();
  assert.equal(sessions.length, 2, 'the second time within a second it waits');
  await pool.close();
  await assert.rejects(unlucky, isUnavailable);
  assert.deepEqual(lost, []);
});

it('makes no call a third time', async () => {
  const { pool, sessions, pass } = await puppetPool(1);
  const unlucky = call(pool, 'unlucky');
  sessions[0]?.dieWithOther();
  await turn();
  sessions[1]?.dieWithOther();
  await assert.rejects(unlucky, isUnavailable);
  await pass(100);
  const next = call(pool, 'next');
  sessions[2]?.finishOne();
  await next;
  await pool.close();
});

it('gives a model up that loses three threads without good calls between, says so once, and refuses its calls', async () => {
  const { pool, sessions, pass, broken, clock } = await puppetPool(1);
  for (const delayMs of [100, 200]) {
    const lost = call(pool, 'lost');
    sessions.at(-1)?.die();
    await assert.rejects(lost, isUnavailable);
    await pass(delayMs);
  }
  const calls = [call(pool, 'lost'), call(pool, 'queued')];
  sessions.at(-1)?.die();
  for (const each of calls) await assert.rejects(each, isUnavailable);
  assert.deepEqual(broken, ["The model's threads ended again and again, 3 of them by now"]);
  await assert.rejects(call(pool, 'later'), isUnavailable);
  await pass(60_000);
  assert.deepEqual([sessions.length, clock.timers], [3, 0]);
  await pool.close();
});

it('takes a session out that is stuck, and neither waits for it nor closes it', async () => {
  const { pool, sessions, pass, lost } = await puppetPool(2);
  const stuck = call(pool, 'stuck');
  const session = sessions.find(({ running }) => running.length > 0);
  session?.die('stuck');
  await assert.rejects(stuck, isUnavailable);
  await pass(100);
  assert.equal(sessions.length, 3);
  assert.deepEqual(lost, ['A thread of the model stopped answering.']);
  await pool.close();
  assert.deepEqual(
    sessions.map((each) => each.isClosed),
    sessions.map((each) => each !== session),
  );
});

it('tries again and again to start a session where none can be, refuses calls meanwhile, and gives up in the end', async () => {
  const { pool, sessions, pass, refuseStarts, broken } = await puppetPool(1);
  refuseStarts(new Error('no memory'));
  sessions[0]?.die();
  await pass(100);
  await assert.rejects(call(pool, 'refused'), isUnavailable);
  refuseStarts(null);
  await pass(200);
  const served = call(pool, 'served');
  sessions[1]?.finishOne();
  await served;
  refuseStarts(new Error('no memory'));
  sessions[1]?.die();
  for (let pause = 0; pause < 12; pause += 1) await pass(10_000);
  assert.deepEqual(broken, ['The model could not be loaded again after its threads ended']);
  await pool.close();
});

it('refuses queued and later calls when a lost session cannot be replaced', async () => {
  const first = new PuppetSession();
  let starts = 0;
  const clock = new PuppetClock();
  const start = () => {
    starts += 1;
    return starts === 1 ? Promise.resolve(first) : Promise.reject(new Error('no memory'));
  };
  const pool = await startPool(1, start, { timers: clock });
  const calls = [call(pool, 'lost'), call(pool, 'queued')];
  const refused = calls.map((each) => assert.rejects(each, isUnavailable));
  first.die();
  await turn();
  clock.advance(100);
  await Promise.all(refused);
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
