import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { suite, test } from 'node:test';
import type { FromThread, SessionRequest, ToThread } from '../../../../src/backends/onnxruntime/messages.ts';
import { CallNeverBegan } from '../../../../src/backends/onnxruntime/session-client.ts';
import { SessionThread, type ThreadWorker } from '../../../../src/backends/onnxruntime/session-thread.ts';
import { PuppetClock, promisesSettle } from '../../../helpers/puppet-clock.ts';

const request: SessionRequest = { path: '', edits: [], folder: '', weights: [], threads: 1 };
const inputs = () => new Map([['x', { datatype: 'FP32', shape: [1], data: Float32Array.of(7) }]] as const);

/** A worker thread that answers when the test says so. As a real one it takes the buffers that are transferred. */
class PuppetWorker extends EventEmitter {
  readonly told: ToThread[] = [];
  keepsProcessAlive = true;

  ref(): void {
    this.keepsProcessAlive = true;
  }

  unref(): void {
    this.keepsProcessAlive = false;
  }

  postMessage(message: ToThread, buffers: ArrayBuffer[] = []): void {
    this.told.push(structuredClone(message, { transfer: buffers }));
  }

  say(message: FromThread): void {
    this.emit('message', message);
  }

  /** What it was told, in a word each. */
  get kinds(): string[] {
    return this.told.map(({ kind }) => kind);
  }

  /** Answers the run of this number among those it was told to make. */
  finish(index: number): void {
    const runs = this.told.filter((message) => message.kind === 'run');
    this.say({ kind: 'ran', id: runs[index]?.id ?? -1, outputs: [], computeMs: 0, cpuMs: 0 });
  }
}

/** A thread with sessions, each of a model whose calls count as stuck after five seconds. */
async function puppetThread(count: number, lingerMs = 0) {
  const worker = new PuppetWorker();
  const clock = new PuppetClock();
  const startWorker = () => worker as unknown as ThreadWorker;
  const thread = new SessionThread({ startWorker, timers: clock, lingerMs });
  const opening = Array.from({ length: count }, () => thread.open(request, 5000));
  for (const message of worker.told) {
    if (message.kind === 'open') worker.say({ kind: 'opened', session: message.session });
  }
  return { worker, clock, thread, sessions: await Promise.all(opening) };
}

suite('A thread that ends by itself', () => {
  test('fails the call that it was on; those that waited never began, and their inputs are unharmed', async () => {
    const { worker, sessions } = await puppetThread(3);
    const [first, second] = sessions;
    const waiting = inputs();
    const cut = first?.run(inputs(), ['y']);
    const never = second?.run(waiting, ['y']);
    worker.emit('error', new Error('out of memory'));
    worker.emit('exit', 1);
    await assert.rejects(cut ?? Promise.resolve(), { code: 'INFERENCE_FAILED', cause: new Error('out of memory') });
    await assert.rejects(never ?? Promise.resolve(), CallNeverBegan);
    assert.deepEqual(waiting, inputs());
    const ends = await Promise.all(sessions.map((session) => session.ended));
    assert.deepEqual(
      ends.map((end) => end.kind === 'lost' && [end.how, end.with, end.cause?.message]),
      [
        ['ended', 'this session', 'out of memory'],
        ['ended', 'another session', 'out of memory'],
        ['ended', 'another session', 'out of memory'],
      ],
    );
    await assert.rejects(first?.run(inputs(), ['y']) ?? Promise.resolve(), CallNeverBegan);
  });

  test('blames the call that it was on, and not one that was answered before', async () => {
    const { worker, sessions } = await puppetThread(2);
    const answered = sessions[0]?.run(inputs(), ['y']);
    const cut = sessions[1]?.run(inputs(), ['y']);
    worker.finish(0);
    await answered;
    worker.emit('exit', 1);
    await assert.rejects(cut ?? Promise.resolve(), { code: 'INFERENCE_FAILED' });
    const ends = await Promise.all(sessions.map((session) => session.ended));
    assert.deepEqual(
      ends.map((end) => end.kind === 'lost' && end.with),
      ['another session', 'this session'],
    );
  });

  test('blames nobody where it did nothing', async () => {
    const { worker, sessions } = await puppetThread(2);
    worker.emit('exit', 1);
    const ends = await Promise.all(sessions.map((session) => session.ended));
    assert.deepEqual(
      ends.map((end) => end.kind === 'lost' && end.with),
      ['none', 'none'],
    );
  });

  test('while it loads a model says so to whoever wanted it', async () => {
    const worker = new PuppetWorker();
    const thread = new SessionThread({ startWorker: () => worker as unknown as ThreadWorker });
    const opening = thread.open(request);
    worker.emit('exit', 1);
    await assert.rejects(opening, /ended while it loaded the model/);
  });
});

suite('A thread that stops answering', () => {
  test('is left alone, told to go, and gone when it returns at last', async () => {
    const { worker, clock, thread, sessions } = await puppetThread(2);
    const stuck = sessions[0]?.run(inputs(), ['y']);
    const never = sessions[1]?.run(inputs(), ['y']);
    clock.advance(5000);
    assert.equal(thread.isAlive, true);
    clock.advance(1000);
    assert.equal(thread.isAlive, false);
    await assert.rejects(stuck ?? Promise.resolve(), { code: 'INFERENCE_FAILED' });
    await assert.rejects(never ?? Promise.resolve(), CallNeverBegan);
    const end = await sessions[0]?.ended;
    assert.ok(end?.kind === 'lost' && end.how === 'stuck' && end.with === 'this session');
    assert.deepEqual(worker.kinds.slice(-3), ['close', 'close', 'end']);
    // Nobody waits for it: it may never come back.
    await Promise.all(sessions.map((session) => session.close()));
    let isGone = false;
    void end.gone.then(() => (isGone = true));
    await promisesSettle();
    assert.equal(isGone, false);
    worker.finish(0);
    worker.emit('exit', 0);
    await promisesSettle();
    assert.equal(isGone, true);
  });

  test('is told by the time of one call, and not by that of many, nor by time that the process slept through', async () => {
    const { worker, clock, thread, sessions } = await puppetThread(1);
    for (let call = 0; call < 10; call += 1) {
      const running = sessions[0]?.run(inputs(), ['y']);
      clock.advance(4000);
      worker.finish(call);
      await running;
    }
    const asleep = sessions[0]?.run(inputs(), ['y']);
    clock.stall(3_600_000);
    clock.advance(0);
    assert.equal(thread.isAlive, true);
    worker.finish(10);
    await asleep;
    clock.advance(60_000);
    assert.equal(clock.timers, 0);
  });
});

suite('A thread that lingers', () => {
  async function closed() {
    const { worker, clock, thread, sessions } = await puppetThread(1, 5000);
    const closing = sessions[0]?.close();
    worker.say({ kind: 'closed', session: 1 });
    await closing;
    return { worker, clock, thread };
  }

  test('ends a while after its last session, and keeps no process alive meanwhile', async () => {
    const { worker, clock, thread } = await closed();
    assert.deepEqual([worker.kinds, worker.keepsProcessAlive], [['open', 'close'], false]);
    clock.advance(4999);
    assert.ok(thread.isAlive);
    clock.advance(1);
    assert.deepEqual([worker.kinds, thread.isAlive], [['open', 'close', 'end'], false]);
  });

  test('takes another session instead, and stays with it', async () => {
    const { worker, clock, thread } = await closed();
    clock.advance(4999);
    const opening = thread.open(request);
    worker.say({ kind: 'opened', session: 2 });
    const session = await opening;
    clock.advance(60_000);
    assert.deepEqual([worker.kinds, worker.keepsProcessAlive], [['open', 'close', 'open'], true]);
    const closing = session.close();
    worker.say({ kind: 'closed', session: 2 });
    await closing;
    clock.advance(5000);
    assert.deepEqual(worker.kinds, ['open', 'close', 'open', 'close', 'end']);
  });

  test('does not wait for another when it ended by itself', async () => {
    const { worker, clock, thread } = await closed();
    worker.emit('exit', 1);
    clock.advance(5000);
    assert.deepEqual([worker.kinds, thread.isAlive], [['open', 'close'], false]);
  });
});
