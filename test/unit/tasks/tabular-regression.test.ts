import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GatewayError, ModelLoadError } from '../../../src/errors.ts';
import type { RowPort } from '../../../src/tasks/row-signature.ts';
import { tabularRegression } from '../../../src/tasks/tabular-regression.ts';
import type { Tensor } from '../../../src/tensors/tensor.ts';
import { anyRow, taskContext } from '../../helpers/shared-types.ts';

const inputs: RowPort[] = [{ name: 'x', datatype: 'FP32', shape: [2] }];
const variable: RowPort = { name: 'variable', datatype: 'FP32', shape: [1] };

const bindTo = (outputs: readonly RowPort[], manifest: object = {}) =>
  tabularRegression.bind(taskContext(inputs, outputs, { task: 'tabular-regression', ...manifest }));

const floats = (...values: number[]): Tensor => ({
  datatype: 'FP32',
  shape: [values.length],
  data: Float32Array.from(values),
});

test('the value is a number, and asked for only where it is selected', () => {
  const bound = bindTo([variable]);
  assert.equal(String(bound.outputType.getFields()['value']?.type), 'Float!');
  assert.deepEqual(bound.outputsFor(new Set(['value', 'meta'])), ['variable']);
  assert.deepEqual(bound.outputsFor(new Set(['meta'])), []);
  assert.deepEqual(bound.decode(new Map([['variable', floats(2.5)]]), anyRow), { value: 2.5 });
  assert.deepEqual(bound.decode(new Map(), anyRow), {});
  assert.equal(bound.labels, null);
});

test('counts may be integers of 64 bits', () => {
  const bound = bindTo([{ name: 'count', datatype: 'INT64', shape: [] }]);
  assert.deepEqual(
    bound.decode(new Map([['count', { datatype: 'INT64', shape: [], data: BigInt64Array.of(7n) }]]), anyRow),
    {
      value: 7,
    },
  );
});

test('a value that is no finite number is a failure of the model', () => {
  for (const [tensor, message] of [
    [floats(Number.NaN), /gave NaN/],
    [floats(Number.NEGATIVE_INFINITY), /gave -Infinity/],
    [floats(1, 2), /gave 2 numbers/],
  ] as const) {
    assert.throws(
      () => bindTo([{ ...variable, shape: [null] }]).decode(new Map([['variable', tensor]]), anyRow),
      (error) => error instanceof GatewayError && error.code === 'INFERENCE_FAILED' && message.test(error.message),
    );
  }
});

describe('the output', () => {
  const variance: RowPort = { name: 'variance', datatype: 'FP32', shape: [1] };

  test('is the one that the manifest names', () => {
    const bound = bindTo([variable, variance], { outputs: { value: 'variance' } });
    assert.deepEqual(bound.outputsFor(new Set(['value'])), ['variance']);
  });

  test('is the only single float beside outputs of other kinds', () => {
    const others: RowPort[] = [
      { name: 'leaves', datatype: 'INT64', shape: [100] },
      { name: 'n', datatype: 'INT32', shape: [] },
    ];
    assert.deepEqual(bindTo([...others, variable]).outputsFor(new Set(['value'])), ['variable']);
  });

  for (const [what, outputs, manifest, message] of [
    [
      'several numbers',
      [{ ...variable, shape: [3] }],
      {},
      /No output is one number in each row: .*\[3\].*use the task tensor/,
    ],
    ['several outputs', [variable, variance], {}, /Several outputs could be the value/],
    ['strings', [{ ...variable, datatype: 'BYTES' }], {}, /No output is one number/],
    [
      'a name that is not there',
      [variable],
      { outputs: { value: 'y' } },
      /outputs\.value: "y", and the model gives "variable"/,
    ],
  ] as [string, RowPort[], object, RegExp][]) {
    test(`is refused: ${what}`, () => {
      assert.throws(
        () => bindTo(outputs, manifest),
        (error) => error instanceof ModelLoadError && message.test(error.message),
      );
    });
  }
});

test('of rows that were answered together, each has its own value or its own error', () => {
  const read = bindTo([variable]).decodeMany?.({
    rows: 3,
    columns: new Map([['variable', floats(1.5, Number.NaN, -2)]]),
  });
  assert.deepEqual([read?.(0), read?.(2)], [{ value: 1.5 }, { value: -2 }]);
  assert.throws(() => read?.(1), /gave NaN for the output "variable"/);
});
