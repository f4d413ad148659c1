import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { Padding } from '../../../../src/inference/batching/padding.ts';
import type { PredictedRow } from '../../../../src/inference/predict-rows.ts';
import type { RowSignature } from '../../../../src/tasks/row-signature.ts';
import type { PaddingValue } from '../../../../src/tasks/task.ts';
import type { NamedTensors, Tensor } from '../../../../src/tensors/tensor.ts';
import { tensorToValues } from '../../../../src/tensors/values.ts';
import { puppetBatcher } from '../../../helpers/puppet-batcher.ts';
import { promisesSettle } from '../../../helpers/puppet-clock.ts';

const signature: RowSignature = {
  axis: { kind: 'dynamic' },
  inputs: [
    { name: 'ids', datatype: 'INT64', shape: ['sequence'] },
    { name: 'mask', datatype: 'FP32', shape: ['sequence'] },
    { name: 'fixed', datatype: 'FP32', shape: [2] },
    { name: 'open', datatype: 'FP32', shape: [null, 2] },
  ],
  outputs: [
    { name: 'states', datatype: 'FP32', shape: ['sequence', 1] },
    { name: 'sum', datatype: 'FP32', shape: [] },
  ],
};
const ids = (...values: number[]): Tensor => ({
  datatype: 'INT64',
  shape: [values.length],
  data: BigInt64Array.from(values, BigInt),
});

suite('Padding', () => {
  for (const [what, values, message] of [
    ['an input that is not there', { words: 0 }, /batching\.padding: words, and the model has the inputs ids, mask/],
    ['an input without an open dimension', { fixed: 0 }, /fixed, and this input has no open dimension/],
    ['a value that is none', { ids: 'x' }, /ids: x, which is no INT64/],
    ['a fraction for an integer', { ids: 0.5 }, /ids: 0\.5, which is no INT64/],
  ] as const) {
    test(`is refused for ${what}`, () => {
      const given = new Map<string, PaddingValue>(Object.entries(values));
      assert.throws(() => new Padding(signature, given), { name: 'ModelLoadError', message });
    });
  }

  test('counts the positions of the input that has the most, whether its dimensions have names or not', () => {
    const padding = new Padding(signature, new Map(Object.entries({ ids: 0, mask: 0, open: 0 })));
    const row: NamedTensors = new Map([
      ['ids', ids(1, 2, 3)],
      ['open', { datatype: 'FP32', shape: [5, 2], data: new Float32Array(10) }],
    ]);
    assert.equal(padding.positionsOf(padding.sizesOf(row)), 5);
  });
});

/** Twice the ids where the mask is 1, else a number that nobody may see. */
function compute(inputs: NamedTensors): NamedTensors {
  const given = inputs.get('ids');
  const mask = inputs.get('mask');
  assert.ok(given !== undefined && mask !== undefined);
  const [rows = 0, length = 0] = given.shape;
  const states = Float32Array.from(mask.data as Float32Array, (keep, index) =>
    keep === 1 ? 2 * Number(given.data[index]) : -1,
  );
  const sums = Float32Array.from({ length: rows }, (_, row) =>
    states.subarray(row * length, (row + 1) * length).reduce((sum, value) => sum + Math.max(value, 0), 0),
  );
  return new Map<string, Tensor>([
    ['states', { datatype: 'FP32', shape: [rows, length, 1], data: states }],
    ['sum', { datatype: 'FP32', shape: [rows], data: sums }],
  ]);
}

test('rows of any lengths give together what each gives alone, in calls within the budget', async () => {
  const anyRows = fc.array(fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 12 }), {
    minLength: 1,
    maxLength: 30,
  });
  await fc.assert(
    fc.asyncProperty(
      anyRows,
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 8 }),
      async (lists, most, size) => {
        const text: RowSignature = { ...signature, inputs: signature.inputs.slice(0, 2) };
        const padding = new Padding(
          text,
          new Map([
            ['ids', 0],
            ['mask', 0],
          ] as const),
        );
        const { batcher, model, clock, needs } = puppetBatcher({ padding, maxBatchTokens: most, maxBatchSize: size });
        const rows = lists.map((list): NamedTensors => {
          const mask: Tensor = { datatype: 'FP32', shape: [list.length], data: new Float32Array(list.length).fill(1) };
          return new Map([
            ['ids', ids(...list)],
            ['mask', mask],
          ]);
        });
        const answers = batcher.predictMany(rows, needs({ outputs: ['states', 'sum'] }));
        clock.endTick();
        while (model.running.length > 0) {
          const call = model.oldest;
          const [calls = 0, longest = 0] = call.inputs.get('ids')?.shape ?? [];
          assert.ok(calls <= size && (calls === 1 || calls * longest <= most), `${calls} rows of ${longest}`);
          call.succeed(compute(call.inputs));
          await promisesSettle();
        }
        for (const [index, answer] of (await answers).entries()) {
          const { outputs } = answer as PredictedRow;
          const doubled = (lists[index] ?? []).map((id) => 2 * id);
          assert.deepEqual(
            tensorToValues(outputs.get('states') as Tensor),
            doubled.map((value) => [value]),
          );
          assert.equal(
            outputs.get('sum')?.data[0],
            doubled.reduce((sum, value) => sum + value, 0),
          );
        }
      },
    ),
  );
});
