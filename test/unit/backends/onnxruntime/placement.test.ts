import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import type { SessionRequest } from '../../../../src/backends/onnxruntime/messages.ts';
import { onnxruntimeBackend } from '../../../../src/backends/onnxruntime/onnxruntime-backend.ts';
import { hasBoundedCalls } from '../../../../src/backends/onnxruntime/operators.ts';
import { isIntolerable, PlacedModel, SharedThread } from '../../../../src/backends/onnxruntime/placement.ts';
import { startPool } from '../../../../src/backends/onnxruntime/pool.ts';
import { SessionThread } from '../../../../src/backends/onnxruntime/session-thread.ts';
import type { Tensor } from '../../../../src/tensors/tensor.ts';
import { affineModel, mlpModel, slowModel } from '../../../helpers/onnx-models.ts';
import { eventually } from '../../../helpers/eventually.ts';
import { temporaryModel } from '../../../helpers/temporary-folder.ts';

/** A backend of two CPUs; one that shares its thread says so by the one thread that its calls have. */
const backend = onnxruntimeBackend({ availableThreads: 2 });

async function open(context: TestContext, model: Uint8Array, wishes: object = {}) {
  const opened = await backend.open({ path: await temporaryModel(context, model), ...wishes });
  context.after(() => opened.close());
  return opened;
}

const inputs = (width: number, value = 1) =>
  new Map([['x', { datatype: 'FP32', shape: [1, width], data: new Float32Array(width).fill(value) }]] as const);

suite('Small models', () => {
  test('share a thread, each with answers of its own', async (context) => {
    const models = await Promise.all([2, 3, 4].map((scale) => open(context, affineModel({ scale, width: 1 }))));
    const calls = Array.from({ length: 30 }, (_, index) => index);
    const answers = await Promise.all(calls.map(async (index) => models[index % 3]?.run(inputs(1, index), ['y'])));
    assert.deepEqual(
      answers.map((answer) => answer?.outputs.get('y')?.data[0]),
      calls.map((index) => (2 + (index % 3)) * index + 1),
    );
    assert.deepEqual(
      models.map(({ threadsPerInstance }) => threadsPerInstance),
      [1, 1, 1],
    );
  });

  test('go on when one of them is closed, and a new one may come after the last', async (context) => {
    const first = await open(context, affineModel({ width: 1 }));
    const second = await open(context, affineModel({ width: 1 }));
    await first.close();
    assert.equal((await second.run(inputs(1), ['y'])).outputs.get('y')?.data[0], 3);
    await assert.rejects(first.run(inputs(1), ['y']), { code: 'MODEL_UNAVAILABLE' });
    await second.close();
    const third = await open(context, affineModel({ width: 1 }));
    assert.equal((await third.run(inputs(1), ['y'])).outputs.get('y')?.data[0], 3);
  });

  test('are refused without harm to the others', async (context) => {
    const good = await open(context, affineModel({ width: 1 }));
    await assert.rejects(open(context, affineModel().subarray(0, 100)), { name: 'ModelLoadError' });
    assert.equal((await good.run(inputs(1), ['y'])).outputs.get('y')?.data[0], 3);
  });

  test('move to threads of their own when their calls prove long, and no call is lost', async (context) => {
    const wide = await open(context, mlpModel([256, 700, 700, 4]));
    await wide.settle(true);
    assert.equal(wide.threadsPerInstance, 1);
    const x = () => ({ datatype: 'FP32', shape: [256, 256], data: new Float32Array(256 * 256).fill(0.5) }) as const;
    const first = (await wide.run(new Map([['x', x()]]), ['y'])).outputs.get('y')?.data[0];
    await eventually(
      async () => {
        const answers = await Promise.all([1, 2, 3].map(() => wide.run(new Map([['x', x()]]), ['y'])));
        for (const { outputs } of answers) {
          assert.ok(Math.abs(Number(outputs.get('y')?.data[0]) - Number(first)) < 1e-4);
        }
        return wide.threadsPerInstance;
      },
      (threads) => threads === 2,
    );
  });

  test('have threads of their own from the start where a value drives a loop', async (context) => {
    const looping = await open(context, slowModel({ iterations: 1 }));
    assert.equal(looping.threadsPerInstance, 2);
  });

  test('have threads of their own where somebody said how many', async (context) => {
    const model = await open(context, affineModel({ width: 1 }), { threadsPerInstance: 2 });
    assert.equal(model.threadsPerInstance, 2);
  });
});

suite('A placed model', () => {
  /** A model as the backend places it; `owned` counts how often it was given threads of its own. */
  async function place(context: TestContext, model: Uint8Array, { isBounded = true } = {}) {
    const path = await temporaryModel(context, model);
    const request: SessionRequest = { path, edits: [], folder: dirname(path), weights: [], threads: 1 };
    const startOwn = () => startPool(1, () => new SessionThread().open(request));
    const placed = await PlacedModel.open({
      request,
      shared: new SharedThread(),
      stuckAfterMs: null,
      pool: {},
      startOwn,
      isBounded,
    });
    context.after(() => placed.close());
    const call = async (rows: number) => {
      const x: Tensor = { datatype: 'FP32', shape: [rows, 1], data: new Float32Array(rows).fill(3) };
      const { outputs } = await placed.run(new Map([['x', x]]), ['y']);
      return outputs.get('y')?.data[rows - 1];
    };
    return { placed, call };
  }

  test("that is tiny moves into the gateway's own thread once it is warm, and answers the same", async (context) => {
    const { placed, call } = await place(context, affineModel({ width: 1 }));
    for (const rows of [1, 8, 8, 8, 8]) assert.equal(await call(rows), 7);
    assert.equal(placed.place, 'shared');
    const during = [call(4), placed.settle(true), call(4)] as const;
    assert.deepEqual(await Promise.all(during), [7, undefined, 7]);
    assert.equal(placed.place, 'inline');
    assert.deepEqual(await Promise.all([call(1), call(2), call(3)]), [7, 7, 7]);
  });

  test('whose failure is one of the row says so there as well', async (context) => {
    const { placed, call } = await place(context, affineModel({ width: 1 }));
    for (const rows of [1, 2, 2]) await call(rows);
    await placed.settle(true);
    const wrong: Tensor = { datatype: 'FP64', shape: [1, 1], data: Float64Array.of(1) };
    await assert.rejects(placed.run(new Map([['x', wrong]]), ['y']), { code: 'INFERENCE_FAILED' });
    assert.equal(await call(1), 7);
  });

  test('stays in the shared thread where a client could make its calls long', async (context) => {
    const { placed, call } = await place(context, affineModel({ width: 1 }), { isBounded: false });
    for (const rows of [1, 8, 8]) await call(rows);
    await placed.settle(true);
    assert.equal(placed.place, 'shared');
  });

  test('stays there where a row may be of any size', async (context) => {
    const { placed, call } = await place(context, affineModel({ width: 1 }));
    for (const rows of [1, 8, 8]) await call(rows);
    await placed.settle(false);
    assert.equal(placed.place, 'shared');
  });

  test('does not move for the long calls of its warm-up, and moves for those that come after', async (context) => {
    const { placed, call } = await place(context, slowModel({ iterations: 1500 }));
    for (const rows of [1, 1, 1, 1]) await call(rows);
    assert.equal(placed.place, 'shared');
    await placed.settle(true);
    await eventually(
      async () => {
        await call(1);
        return placed.place;
      },
      (found) => found === 'own',
    );
  });

  test('stays there where its calls at the most rows were not that short', async (context) => {
    const { placed, call } = await place(context, slowModel({ iterations: 1000 }));
    for (const rows of [1, 1, 1]) await call(rows);
    await placed.settle(true);
    assert.notEqual(placed.place, 'inline');
  });

  test('refuses calls after it was closed, and waits for those before', async (context) => {
    const { placed, call } = await place(context, affineModel({ width: 1 }));
    for (const rows of [1, 2, 2]) await call(rows);
    await placed.settle(true);
    const last = call(2);
    await placed.close();
    assert.equal(await last, 7);
    await assert.rejects(call(1), { code: 'MODEL_UNAVAILABLE' });
  });
});

suite('A call that takes 20 ms of CPU time', () => {
  const call = { cpuMs: 20, rows: 64, isWarm: true };

  for (const [what, given, expected] of [
    ['is intolerable', call, true],
    [
      'is intolerable in a warm-up where it had one row: every client would wait as long',
      { ...call, rows: 1, isWarm: false },
      true,
    ],
    [
      'is tolerated in a warm-up where it had many rows: clients may never send as many',
      { ...call, isWarm: false },
      false,
    ],
    ['is not tolerated even there where it took 100 ms', { ...call, isWarm: false, cpuMs: 100 }, true],
    ['is tolerated where it took less', { ...call, cpuMs: 19 }, false],
  ] as const) {
    test(what, () => {
      assert.equal(isIntolerable(given), expected);
    });
  }
});

suite('Calls that nothing but rows can make longer', () => {
  const port = (shape: readonly (string | number | null)[] | null) => ({
    inputs: [{ name: 'x', datatype: 'FP32' as const, shape }],
    outputs: [],
  });

  for (const [what, signature, operators, expected] of [
    ['rows of one size', port(['N', 4]), [':Gemm', 'ai.onnx.ml:LinearClassifier'], true],
    ['rows of any length', port(['N', 'sequence']), [':Gemm'], false],
    ['rows of a size that the file leaves open', port([null, null]), [':Gemm'], false],
    ['no shape', port(null), [':Gemm'], false],
    ['a loop', port(['N', 4]), [':Gemm', ':Loop'], false],
    ['a search through texts', port(['N', 1]), ['com.microsoft:Tokenizer'], false],
    ["operators of the runtime's own", port(['N', 4]), ['com.microsoft:FusedGemm'], false],
  ] as const) {
    test(`${what}: ${expected ? 'yes' : 'no'}`, () => {
      assert.equal(hasBoundedCalls(signature, new Set(operators)), expected);
    });
  }
});
