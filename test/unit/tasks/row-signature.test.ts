import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Dimension, Signature } from '../../../src/backends/backend.ts';
import { rowSignature } from '../../../src/tasks/row-signature.ts';

type Shape = readonly Dimension[] | null;

function signature(inputs: readonly Shape[], outputs: readonly Shape[]): Signature {
  const port = (name: string) => (shape: Shape, index: number) => ({
    name: `${name}${index}`,
    datatype: 'FP32' as const,
    shape,
  });
  return { inputs: inputs.map(port('in')), outputs: outputs.map(port('out')) };
}

describe('a dynamic batch dimension', () => {
  for (const [what, inputs, outputs] of [
    ['unnamed everywhere', [[null, 4]], [[null, 3], [null]]],
    ['named alike', [['N', 4], ['N']], [['N', 3]]],
    ['named in inputs and unnamed in outputs', [['N', 4]], [[null, 3]]],
    ['numbered by tf2onnx', [['unk__6', 28, 28, 1]], [['unk__7', 10]]],
    ['numbered by Paddle', [['DynamicDimension.0', 4]], [['p2o.DynamicDimension.1', 2]]],
  ] as [string, Shape[], Shape[]][]) {
    test(`${what} is found and taken off`, () => {
      const rows = rowSignature(signature(inputs, outputs));
      assert.equal(rows.axis.kind, 'dynamic');
      assert.deepEqual(rows.inputs[0]?.shape, inputs[0]?.slice(1));
      assert.deepEqual(
        rows.outputs.map(({ shape }) => shape),
        outputs.map((shape) => shape?.slice(1)),
      );
    });
  }

  test('names of classes are kept', () => {
    const { inputs } = signature([[null, 4]], []);
    const output = { name: 'p', datatype: 'FP32' as const, shape: [null, 2], classLabels: ['a', 'b'] };
    assert.deepEqual(rowSignature({ inputs, outputs: [output] }).outputs[0]?.classLabels, ['a', 'b']);
  });

  test('an output without a shape stays without one', () => {
    assert.deepEqual(rowSignature(signature([[null, 4]], [null])).outputs[0]?.shape, null);
  });
});

describe('a row for each call', () => {
  test('where the first dimension is fixed at 1', () => {
    const rows = rowSignature(signature([[1, 4]], [[1, 3]]));
    assert.deepEqual([rows.axis.kind, rows.inputs[0]?.shape, rows.outputs[0]?.shape], ['single', [4], [3]]);
  });

  test('where the manifest switches batching off', () => {
    const rows = rowSignature(signature([[null, 4]], [[null, 3]]), { enabled: false });
    assert.deepEqual([rows.axis.kind, rows.inputs[0]?.shape], ['single', [4]]);
  });
});

describe('no batch dimension', () => {
  for (const [what, inputs, outputs, reason] of [
    ['the model has no inputs', [], [[null]], /no inputs/],
    ['an input has no shape', [null], [[null]], /no shape for the input "in0"/],
    ['an input is a scalar', [[]], [[null]], /"in0" is a scalar/],
    ['an input is fixed', [[8, 4]], [[8, 3]], /"in0" is fixed at 8/],
    [
      'only some inputs are free',
      [
        [null, 4],
        [1, 4],
      ],
      [[null]],
      /Only some inputs/,
    ],
    [
      'inputs differ',
      [
        ['N', 4],
        ['M', 4],
      ],
      [['N']],
      /differ: N, M/,
    ],
    ['an output is a scalar', [[null, 4]], [[]], /"out0" is a scalar/],
    ['an output is fixed', [[null, 4]], [[10]], /"out0" is fixed at 10/],
    ['an output has another name', [['N', 4]], [['M', 3]], /"out0" is M, of the inputs N/],
    ['an output is larger than its input', [[1, 4]], [[100, 3]], /"out0" is 100, of the inputs 1/],
  ] as [string, Shape[], Shape[], RegExp][]) {
    test(`is there where ${what}, and rows are whole tensors`, () => {
      const rows = rowSignature(signature(inputs, outputs));
      assert.ok(rows.axis.kind === 'none');
      assert.match(rows.axis.reason, reason);
      assert.deepEqual(
        rows.inputs.map(({ shape }) => shape),
        inputs,
      );
      assert.deepEqual(
        rows.outputs.map(({ shape }) => shape),
        outputs,
      );
    });
  }

  test('is there where the manifest says so, whatever the shapes look like', () => {
    assert.equal(rowSignature(signature([[null]], [[null]]), { axis: 'none' }).axis.kind, 'none');
  });
});
