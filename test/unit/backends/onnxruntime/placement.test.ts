import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { onnxruntimeBackend } from '../../../../src/backends/onnxruntime/onnxruntime-backend.ts';
import { affineModel, slowModel } from '../../../helpers/onnx-models.ts';
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
    const answers = await Promise.all(calls.map((index) => models[index % 3]?.run(inputs(1, index), ['y'])));
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
    const slow = await open(context, slowModel({ iterations: 2000 }));
    assert.equal(slow.threadsPerInstance, 1);
    await eventually(
      async () => {
        const answers = await Promise.all([1, 2, 3].map((value) => slow.run(inputs(1, value), ['y'])));
        assert.deepEqual(
          answers.map(({ outputs }) => outputs.get('y')?.data[0]),
          [1, 2, 3],
        );
        return slow.threadsPerInstance;
      },
      (threads) => threads === 2,
    );
  });

  test('have threads of their own where somebody said how many', async (context) => {
    const model = await open(context, affineModel({ width: 1 }), { threadsPerInstance: 2 });
    assert.equal(model.threadsPerInstance, 2);
  });
});
