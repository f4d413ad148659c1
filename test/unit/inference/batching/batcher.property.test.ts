import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { GatewayError } from '../../../../src/errors.ts';
import { Batcher } from '../../../../src/inference/batching/batcher.ts';
import type { PredictedRow } from '../../../../src/inference/predict-rows.ts';
import type { BatchAxis } from '../../../../src/tasks/row-signature.ts';
import { byRows, type RowBatcher } from '../../../helpers/puppet-batcher.ts';
import { promisesSettle, PuppetClock } from '../../../helpers/puppet-clock.ts';
import {
  expectedOutput,
  inferenceFailure,
  PuppetModel,
  puppetOutputs,
  puppetRow,
  type PuppetCall,
} from '../../../helpers/puppet-model.ts';

const anySetting = fc.record({
  axis: fc.constantFrom<BatchAxis>(
    { kind: 'dynamic' },
    { kind: 'dynamic' },
    { kind: 'single', reason: 'test' },
    { kind: 'none', reason: 'test' },
  ),
  instances: fc.integer({ min: 1, max: 3 }),
  maxBatchSize: fc.integer({ min: 1, max: 6 }),
  maxDelayMs: fc.constantFrom(0, 0, 3),
  maxQueueRows: fc.integer({ min: 4, max: 30 }),
});
type Setting = typeof anySetting extends fc.Arbitrary<infer T> ? T : never;

const anyArrival = fc.record({
  kind: fc.constant('arrive' as const),
  /** The vector length of each row, which is its layout; 0 stands for a row that makes its call fail. */
  rows: fc.array(fc.constantFrom(0, 1, 1, 1, 1, 2, 3), { minLength: 1, maxLength: 9 }),
  outputs: fc.subarray(puppetOutputs),
  timeoutMs: fc.constantFrom(1, 4, 20, Infinity),
  client: fc.constantFrom(null, 0, 1),
});

const anyStep = fc.oneof(
  { weight: 5, arbitrary: anyArrival },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('end-tick' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), milliseconds: fc.integer({ min: 1, max: 6 }) }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('end-call' as const), place: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('break-call' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('stall' as const), milliseconds: fc.integer({ min: 1, max: 6 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), client: fc.constantFrom(0, 1) }) },
);
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

interface Row {
  readonly id: number;
  readonly length: number;
  readonly bad: boolean;
  readonly outputs: readonly string[];
  readonly deadlineAt: number;
  readonly signal: AbortSignal | undefined;
  /** Calls that the model was asked to run with it, and how those that ended did. */
  calls: number;
  succeeded: number;
  failedAlone: number;
  broken: number;
  /** Its call succeeded while the caller still waited, so that no other answer will do. */
  owed: boolean;
  result: PredictedRow | Error | null;
}

/** Plays the steps, and checks after each what must always hold. */
class Play {
  readonly clock = new PuppetClock();
  readonly rows: Row[] = [];
  readonly model: PuppetModel;
  readonly batcher: RowBatcher;
  readonly #setting: Setting;
  readonly #clients = [new AbortController(), new AbortController()];

  constructor(setting: Setting) {
    this.#setting = setting;
    this.model = new PuppetModel(setting.instances, (call) => this.#callStarts(call));
    this.batcher = byRows(
      new Batcher({
        ...setting,
        padding: null,
        maxBatchTokens: 16_384,
        model: this.model,
        fallbackOutput: 'double',
        identity: { model: 'iris', version: 3 },
        clock: this.clock,
      }),
    );
  }

  async take(step: Step): Promise<void> {
    if (step.kind === 'arrive') this.#arrive(step);
    if (step.kind === 'end-tick') this.#endTick();
    if (step.kind === 'advance') this.clock.advance(step.milliseconds);
    if (step.kind === 'end-call') this.endCall(this.model.running[step.place % this.model.running.length]);
    if (step.kind === 'break-call') this.#breakCall();
    if (step.kind === 'stall') await this.#stall(step.milliseconds);
    if (step.kind === 'leave') this.#leave(step.client);
    await promisesSettle();
    this.#check();
  }

  /** Succeeds, unless a bad row is among its rows. */
  endCall(call: PuppetCall | undefined): void {
    if (call === undefined) return;
    const rows = this.#rowsOf(call);
    if (rows.some((row) => row.bad)) {
      if (rows.length === 1) for (const row of rows) row.failedAlone += 1;
      call.fail(inferenceFailure());
    } else {
      for (const row of rows) {
        row.succeeded += 1;
        row.owed = !this.#late(row);
      }
      call.succeed();
    }
  }

  #arrive(step: Extract<Step, { kind: 'arrive' }>): void {
    const { outputs, client } = step;
    const deadlineAt = this.clock.now() + step.timeoutMs;
    const signal = client === null ? undefined : this.#clients[client]?.signal;
    const fresh = {
      outputs,
      deadlineAt,
      signal,
      calls: 0,
      succeeded: 0,
      failedAlone: 0,
      broken: 0,
      owed: false,
      result: null,
    };
    const rows = step.rows.map((length, index): Row => {
      return { ...fresh, id: this.rows.length + index, length: Math.max(1, length), bad: length === 0 };
    });
    const free = this.#setting.maxQueueRows - this.batcher.queuedRows;
    const fits = signal?.aborted !== true && rows.length <= free;
    const mayBeLate = deadlineAt !== Infinity && this.batcher.queuedRows > 0;
    const tensors = rows.map((row) => puppetRow(row.id, row.length));
    this.rows.push(...rows);
    const answer = (index: number, result: PredictedRow | Error) => {
      const row = rows[index];
      assert.ok(row && row.result === null, 'A row is answered once.');
      row.result = result;
    };
    const refuse = (error: Error) => {
      assert.ok(!fits || mayBeLate, 'Rows are refused only when they do not fit, or could be late behind others.');
      for (const index of rows.keys()) answer(index, error);
    };
    const [only] = tensors;
    if (tensors.length === 1 && only !== undefined) {
      const settled = (result: PredictedRow | Error) => answer(0, result);
      this.batcher.predict(only, { outputs, deadlineAt, signal }).then(settled, settled);
    } else {
      this.batcher.predictMany(tensors, { outputs, deadlineAt, signal }).then((results) => {
        assert.equal(results.length, rows.length);
        for (const [index, result] of results.entries()) answer(index, result);
      }, refuse);
    }
  }

  #endTick(): void {
    this.clock.endTick();
    if (this.#setting.maxDelayMs > 0 || this.model.running.length === this.model.instances) return;
    assert.equal(this.batcher.queuedRows, 0, 'An idle instance takes at the end of the tick what is there.');
  }

  /** The event loop is blocked, and reads the end of a call before it fires the timers that fell due. */
  async #stall(milliseconds: number): Promise<void> {
    this.clock.stall(milliseconds);
    this.endCall(this.model.running[0]);
    await promisesSettle();
    this.clock.advance(0);
  }

  /** The model goes away under a call: nothing is learnt about its rows. */
  #breakCall(): void {
    const [call] = this.model.running;
    if (call === undefined) return;
    for (const row of this.#rowsOf(call)) row.broken += 1;
    call.fail(new GatewayError('MODEL_UNAVAILABLE', 'The instance is gone.'));
  }

  #leave(client: number): void {
    this.#clients[client]?.abort();
    this.#clients[client] = new AbortController();
  }

  #rowsOf(call: PuppetCall): Row[] {
    return call.ids.map((id) => {
      const row = this.rows[id];
      assert.ok(row);
      return row;
    });
  }

  #callStarts(call: PuppetCall): void {
    const { instances, maxBatchSize, axis } = this.#setting;
    const rows = this.#rowsOf(call);
    assert.ok(this.model.running.length <= instances, 'There are never more calls than instances.');
    assert.ok(rows.length > 0 && rows.length <= (axis.kind === 'dynamic' ? maxBatchSize : 1), 'No call is too large.');
    assert.equal(new Set(rows.map((row) => row.length)).size, 1, 'Rows of different shapes never share a call.');
    const leading = axis.kind === 'none' ? [] : [rows.length];
    assert.deepEqual(call.inputs.get('vector')?.shape, [...leading, rows[0]?.length]);
    const needed = new Set(rows.flatMap((row) => row.outputs));
    if (needed.size === 0) needed.add('double');
    assert.deepEqual(new Set(call.outputs), needed, 'The outputs computed are those that are needed.');
    for (const row of rows) {
      assert.equal(row.result, null, 'A row that is answered is not computed.');
      assert.equal(row.succeeded + row.failedAlone, 0, 'A row that is computed is not computed again.');
      assert.ok(row.signal?.aborted !== true, 'A row whose client left is not computed.');
      assert.ok(row.deadlineAt > this.clock.now(), 'A row past its deadline is not computed.');
      row.calls += 1;
    }
  }

  #check(): void {
    const { instances, maxBatchSize, maxQueueRows, axis } = this.#setting;
    const { queuedRows } = this.batcher;
    assert.ok(queuedRows >= 0 && queuedRows <= maxQueueRows, 'The queue is bounded.');
    if (this.model.running.length < instances) {
      const full = axis.kind === 'dynamic' ? maxBatchSize : 1;
      assert.ok(queuedRows < full, 'A full batch waits for nothing but an instance.');
    }
    for (const row of this.rows) {
      const done = row.succeeded + row.failedAlone + row.broken > 0;
      // A list is answered as a whole, so a row that is done may still wait for the others of its list.
      if (this.#late(row)) assert.notEqual(row.result, null, 'Whoever left or is late is answered promptly.');
      if (row.result !== null) this.#checkResult(row, row.result, done);
    }
  }

  #late(row: Row): boolean {
    return row.deadlineAt <= this.clock.now() || row.signal?.aborted === true;
  }

  #checkResult(row: Row, result: PredictedRow | Error, done: boolean): void {
    if (!(result instanceof Error)) {
      assert.equal(row.succeeded, 1);
      assert.deepEqual([...result.outputs.keys()].toSorted(), row.outputs.toSorted());
      for (const [name, tensor] of result.outputs) assert.deepEqual(tensor, expectedOutput(name, row.id));
      return;
    }
    assert.equal(row.owed, false, 'What was computed in time is handed over.');
    assert.ok(result instanceof GatewayError && result.options.model === 'iris' && result.options.version === '3');
    const { code } = result;
    if (code === 'INFERENCE_FAILED') assert.ok(row.failedAlone === 1, 'Only a bad row fails, and alone.');
    else if (code === 'MODEL_UNAVAILABLE') assert.equal(row.broken, 1);
    else if (code === 'DEADLINE_EXCEEDED') assert.ok(row.deadlineAt <= this.clock.now());
    else if (code === 'CANCELLED') assert.ok(row.signal?.aborted);
    else assert.ok((code === 'OVERLOADED' || code === 'BATCH_TOO_LARGE') && row.calls === 0 && !done);
  }
}

const plays = fc.tuple(anySetting, fc.array(anyStep, { minLength: 1, maxLength: 60, size: 'max' }));

test('whatever comes in whatever order, every caller gets its own rows, once, and nothing hangs', async () => {
  await fc.assert(
    fc.asyncProperty(plays, async ([setting, steps]) => {
      const play = new Play(setting);
      for (const step of steps) await play.take(step);
      const drained = play.batcher.drain();
      while (play.model.running.length > 0) await play.take({ kind: 'end-call', place: 0 });
      await drained;
      assert.ok(play.rows.every((row) => row.result !== null));
      assert.equal(play.batcher.queuedRows, 0);
      assert.equal(play.clock.timers, 0);
    }),
    { numRuns: 300 },
  );
});

test('when calls never return, every caller is told at its deadline', async () => {
  await fc.assert(
    fc.asyncProperty(plays, async ([setting, steps]) => {
      const play = new Play(setting);
      for (const step of steps) {
        const hanging = step.kind === 'end-call' || step.kind === 'break-call' || step.kind === 'stall';
        if (!hanging) await play.take(step.kind === 'arrive' ? { ...step, timeoutMs: 20 } : step);
      }
      await play.take({ kind: 'advance', milliseconds: 20 });
      assert.ok(play.rows.every((row) => row.result !== null));
      assert.equal(play.batcher.queuedRows, 0);
    }),
    { numRuns: 100 },
  );
});
