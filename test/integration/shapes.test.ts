import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { type ClientError, callsOf, query, startTestGateway } from '../helpers/gateway.ts';
import { model, tensorValue, type NodeSpec, type ShapeSpec } from '../helpers/onnx-builder.ts';
import { identityModel } from '../helpers/onnx-models.ts';
import { inferRaw } from '../helpers/raw-inference.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** `a` and `b` FP32 → `sum` FP32, all in this shape. */
function sumModel(shape: ShapeSpec) {
  return model({
    inputs: [tensorValue('a', 'FP32', shape), tensorValue('b', 'FP32', shape)],
    outputs: [tensorValue('sum', 'FP32', shape)],
    nodes: [{ op: 'Add', inputs: ['a', 'b'], outputs: ['sum'] }],
  });
}

/** `x` FP32 [inputShape] → `y` FP32 [outputShape], summed over the first dimension. */
function reduceModel(inputShape: ShapeSpec, outputShape: ShapeSpec, keepdims: 0 | 1, other: readonly NodeSpec[] = []) {
  return model({
    inputs: [tensorValue('x', 'FP32', inputShape)],
    outputs: [tensorValue('y', 'FP32', outputShape)],
    nodes: [
      { op: 'ReduceSum', inputs: ['x', 'first'], outputs: ['y'], attributes: { keepdims: { int: keepdims } } },
      ...other,
    ],
    initializers: [{ name: 'first', datatype: 'INT64', shape: [1], data: BigInt64Array.of(0n) }],
  });
}

/** `values` FP32 [N, 2] and `factor` INT64 [N] → `product` FP32 [N, 2], `total` FP32 [N] and `isEven` BOOL [N]. */
const manyPorts = model({
  inputs: [tensorValue('values', 'FP32', ['N', 2]), tensorValue('factor', 'INT64', ['N'])],
  outputs: [
    tensorValue('product', 'FP32', ['N', 2]),
    tensorValue('total', 'FP32', ['N']),
    tensorValue('isEven', 'BOOL', ['N']),
  ],
  nodes: [
    { op: 'Cast', inputs: ['factor'], outputs: ['float'], attributes: { to: { int: 1 } } },
    { op: 'Unsqueeze', inputs: ['float', 'one'], outputs: ['column'] },
    { op: 'Mul', inputs: ['values', 'column'], outputs: ['product'] },
    { op: 'ReduceSum', inputs: ['product', 'one'], outputs: ['total'], attributes: { keepdims: { int: 0 } } },
    { op: 'Mod', inputs: ['factor', 'two'], outputs: ['rest'] },
    { op: 'Equal', inputs: ['rest', 'zero'], outputs: ['isEven'] },
  ],
  initializers: [
    { name: 'one', datatype: 'INT64', shape: [1], data: BigInt64Array.of(1n) },
    { name: 'two', datatype: 'INT64', shape: [], data: BigInt64Array.of(2n) },
    { name: 'zero', datatype: 'INT64', shape: [], data: BigInt64Array.of(0n) },
  ],
});

const models = await temporaryFolder(
  { after },
  {
    'scalar/1/model.onnx': identityModel('FP32', []),
    'open/1/model.onnx': identityModel('FP32', ['N', 'K']),
    'nothing/1/model.onnx': identityModel('FP32', ['N', 0]),
    'one/1/model.onnx': affineModelOf([1, 3]),
    'eight/1/model.onnx': affineModelOf([8, 3]),
    'whole/1/model.onnx': reduceModel(['N', 3], [3], 0),
    'shared/1/model.onnx': sumModel(['N', 'L']),
    'batches/1/model.onnx': model({
      inputs: [tensorValue('a', 'FP32', ['A', 2]), tensorValue('b', 'FP32', ['B', 2])],
      outputs: [tensorValue('both', 'FP32', ['C', 2])],
      nodes: [{ op: 'Concat', inputs: ['a', 'b'], outputs: ['both'], attributes: { axis: { int: 0 } } }],
    }),
    'unnamed/1/model.onnx': sumModel([null, null]),
    'unranked/1/model.onnx': identityModel('FP32', null),
    'ports/1/model.onnx': manyPorts,
    'hidden/1/model.onnx': reduceModel([null, 3], [null, 3], 1),
    'constant/1/model.onnx': constantBesideModel(),
  },
);
const gateway = await startTestGateway({ after }, models);

/** y = 2 · x + 1 in a shape without free dimensions. */
function affineModelOf(shape: readonly number[]) {
  return model({
    inputs: [tensorValue('x', 'FP32', shape)],
    outputs: [tensorValue('y', 'FP32', shape)],
    nodes: [
      { op: 'Add', inputs: ['x', 'x'], outputs: ['double'] },
      { op: 'Add', inputs: ['double', 'one'], outputs: ['y'] },
    ],
    initializers: [{ name: 'one', datatype: 'FP32', shape: [], data: Float32Array.of(1) }],
  });
}

/** `x` FP32 [?, 1] → `same` FP32 [?, 1], and `table` FP32 [?, 2], which is the same two rows whatever comes in. */
function constantBesideModel() {
  return model({
    inputs: [tensorValue('x', 'FP32', [null, 1])],
    outputs: [tensorValue('same', 'FP32', [null, 1]), tensorValue('table', 'FP32', [null, 2])],
    nodes: [
      { op: 'Identity', inputs: ['x'], outputs: ['same'] },
      { op: 'Identity', inputs: ['rows'], outputs: ['table'] },
    ],
    initializers: [{ name: 'rows', datatype: 'FP32', shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
  });
}

async function batchingOf(name: string) {
  const document = `query($name: ID!) { model(name: $name) { defaultVersion { batching { enabled reason maxBatchSize } } } }`;
  return (await query(gateway, document, { name })).data.model.defaultVersion.batching as {
    enabled: boolean;
    reason: string | null;
    maxBatchSize: number;
  };
}

/** The one error of an answer, with what it is about. */
function only(errors: readonly ClientError[]): { code: string; reason: unknown; input: unknown; message: string } {
  assert.equal(errors.length, 1, JSON.stringify(errors));
  const [{ message, extensions }] = errors as [ClientError];
  return {
    code: extensions.code,
    reason: extensions.details?.['reason'],
    input: extensions.details?.['input'],
    message,
  };
}

const notBatched = (reason: string) => ({ enabled: false, reason, maxBatchSize: 1 });
const batched = { enabled: true, reason: null, maxBatchSize: 64 };
const fp32 = (name: string, shape: number[], values: unknown) => ({ name, datatype: 'FP32', shape, values }) as const;

describe('scalars and empty dimensions', () => {
  test('a scalar is a bare number in both fields', async () => {
    const { data, errors } = await query(gateway, '{ predict { scalar(input: { x: -2.5 }) { y } } }');
    assert.deepEqual(errors, []);
    assert.equal(data.predict.scalar.y, -2.5);
    const { outputs } = await inferRaw(gateway, 'scalar', [fp32('x', [], 7)]);
    assert.deepEqual(outputs['y'], { name: 'y', datatype: 'FP32', shape: [], values: 7, base64: 'AADgQA==' });
    assert.deepEqual(await batchingOf('scalar'), notBatched('The input "x" is a scalar.'));
  });

  test('a list in the place of a scalar is refused', async () => {
    const { errors } = await inferRaw(gateway, 'scalar', [fp32('x', [1], [7])]);
    assert.deepEqual(only(errors), {
      code: 'BAD_USER_INPUT',
      reason: 'WRONG_SHAPE',
      input: 'x',
      message: 'x (shape): expected shape [], got [1].',
    });
  });

  test('a list of scalars is a call for each', async () => {
    const before = callsOf(gateway, 'scalar').length;
    const { data } = await query(gateway, '{ predict { scalarBatch(inputs: [{ x: 1 }, { x: 2 }]) { y } } }');
    assert.deepEqual(data.predict.scalarBatch, [{ y: 1 }, { y: 2 }]);
    assert.equal(callsOf(gateway, 'scalar').length - before, 2);
  });

  test('an empty dimension goes in and comes out', async () => {
    const { data, errors } = await query(
      gateway,
      '{ predict { open(input: { x: [] }) { y { shape values base64 } } nothing(input: { x: [] }) { y { shape values base64 } } } }',
    );
    assert.deepEqual(errors, []);
    const empty = { y: { shape: [0], values: [], base64: '' } };
    assert.deepEqual(data.predict, { open: empty, nothing: empty });
    for (const name of ['open', 'nothing']) {
      for (const sent of [{ values: [[], []] }, { values: [] }, { base64: '' }]) {
        const { outputs, errors } = await inferRaw(gateway, name, [
          { name: 'x', datatype: 'FP32', shape: [2, 0], ...sent },
        ]);
        assert.deepEqual(errors, [], JSON.stringify(sent));
        assert.deepEqual(outputs['y'], { name: 'y', datatype: 'FP32', shape: [2, 0], values: [[], []], base64: '' });
      }
    }
  });

  test('rows of different lengths in one list are calls of their own, each with its own answer', async () => {
    const { data, errors } = await query(
      gateway,
      '{ predict { openBatch(inputs: [{ x: [] }, { x: [1, 2] }, { x: [3] }, { x: [4, 5] }]) { y { values } meta { batchSize } } } }',
    );
    assert.deepEqual(errors, []);
    assert.deepEqual(data.predict.openBatch, [
      { y: { values: [] }, meta: { batchSize: 1 } },
      { y: { values: [1, 2] }, meta: { batchSize: 2 } },
      { y: { values: [3] }, meta: { batchSize: 1 } },
      { y: { values: [4, 5] }, meta: { batchSize: 2 } },
    ]);
  });
});

describe('a batch that is fixed', () => {
  test('at 1 is no part of a row, and each row of a list is a call', async () => {
    const before = callsOf(gateway, 'one').length;
    const { data, errors } = await query(
      gateway,
      '{ predict { oneBatch(inputs: [{ x: [1, 2, 3] }, { x: [4, 5, 6] }]) { y { shape values } meta { batchSize } } } }',
    );
    assert.deepEqual(errors, []);
    assert.deepEqual(data.predict.oneBatch, [
      { y: { shape: [3], values: [3, 5, 7] }, meta: { batchSize: 1 } },
      { y: { shape: [3], values: [9, 11, 13] }, meta: { batchSize: 1 } },
    ]);
    assert.equal(callsOf(gateway, 'one').length - before, 2);
  });

  test('at 1 is a part of the shape in infer', async () => {
    const { outputs } = await inferRaw(gateway, 'one', [fp32('x', [1, 3], [[1, 2, 3]])]);
    assert.deepEqual([outputs['y']?.shape, outputs['y']?.values], [[1, 3], [[3, 5, 7]]]);
    for (const [shape, values] of [
      [
        [2, 3],
        [1, 2, 3, 4, 5, 6],
      ],
      [[3], [1, 2, 3]],
    ] as const) {
      const { errors } = await inferRaw(gateway, 'one', [fp32('x', [...shape], values)]);
      assert.match(only(errors).message, /^x \(shape\): expected shape \[1, 3\], got \[(2, )?3\]\.$/);
    }
  });

  test('at 1 is why rows are not merged, and the model says what would help', async () => {
    assert.deepEqual(
      await batchingOf('one'),
      notBatched(
        'The first dimension of every input is fixed at 1; export the model with a dynamic batch dimension to have rows merged.',
      ),
    );
  });

  test('at 8 is data: an input is all eight', async () => {
    const rows = Array.from({ length: 8 }, (_, row) => [row, row, row]);
    const answers = rows.map((row) => row.map((value) => 2 * value + 1));
    const { data, errors } = await query(
      gateway,
      'query($x: FloatTensor!) { predict { eight(input: { x: $x }) { y { shape values } } } }',
      { x: rows },
    );
    assert.deepEqual(errors, []);
    assert.deepEqual(data.predict.eight.y, { shape: [8, 3], values: answers });
    const { outputs } = await inferRaw(gateway, 'eight', [fp32('x', [8, 3], rows)]);
    assert.deepEqual(outputs['y']?.values, answers);
    assert.deepEqual(await batchingOf('eight'), notBatched('The first dimension of the input "x" is fixed at 8.'));
    const short = await query(gateway, '{ predict { eight(input: { x: [[1, 2, 3]] }) { y { values } } } }');
    assert.equal(only(short.errors).message, 'x: expected a list of 8, got a list of 1.');
  });
});

describe('a model without a batch dimension', () => {
  test('by what its file declares is called once for each input', async () => {
    const { data, errors } = await query(
      gateway,
      '{ predict { wholeBatch(inputs: [{ x: [[1, 2, 3], [4, 5, 6]] }, { x: [[1, 1, 1]] }]) { y { values } } } }',
    );
    assert.deepEqual(errors, []);
    assert.deepEqual(data.predict.wholeBatch, [{ y: { values: [5, 7, 9] } }, { y: { values: [1, 1, 1] } }]);
    assert.deepEqual(await batchingOf('whole'), notBatched('The first dimension of the output "y" is fixed at 3.'));
    const { outputs } = await inferRaw(gateway, 'whole', [fp32('x', [2, 3], [1, 2, 3, 4, 5, 6])]);
    assert.deepEqual([outputs['y']?.shape, outputs['y']?.values], [[3], [5, 7, 9]]);
  });

  test('by what it does, though its file declares one, is found out before it serves', async () => {
    for (const [name, output, rows] of [
      ['hidden', 'y', 1],
      ['constant', 'table', 3],
    ] as const) {
      assert.deepEqual(
        await batchingOf(name),
        notBatched(`For two rows the model gave the output "${output}" with ${rows} ${rows === 1 ? 'row' : 'rows'}.`),
      );
    }
    const { data, errors } = await query(
      gateway,
      '{ predict { hidden(input: { x: [[1, 2, 3], [4, 5, 6]] }) { y { values } } constant(input: { x: [[7]] }) { same { values } table { values } } } }',
    );
    assert.deepEqual(errors, []);
    assert.deepEqual(data.predict, {
      hidden: { y: { values: [[5, 7, 9]] } },
      constant: {
        same: { values: [[7]] },
        table: {
          values: [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
        },
      },
    });
  });

  test('because its inputs have batches of their own takes them as they come', async () => {
    const { data, errors } = await query(
      gateway,
      '{ predict { batches(input: { a: [[1, 2]], b: [[3, 4], [5, 6]] }) { both { shape values } } } }',
    );
    assert.deepEqual(errors, []);
    assert.deepEqual(data.predict.batches.both, {
      shape: [3, 2],
      values: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    });
    assert.deepEqual(await batchingOf('batches'), notBatched('The first dimensions of the inputs differ: A, B.'));
  });
});

describe('free dimensions', () => {
  test('of one name have one size in a row', async () => {
    const { data, errors } = await query(
      gateway,
      '{ predict { sharedBatch(inputs: [{ a: [1, 2], b: [3, 4] }, { a: [1, 2], b: [3] }, { a: [5], b: [6] }]) { sum { values } } } }',
    );
    assert.deepEqual(data.predict.sharedBatch, [{ sum: { values: [4, 6] } }, null, { sum: { values: [11] } }]);
    assert.deepEqual(errors[0]?.path, ['predict', 'sharedBatch', 1]);
    assert.deepEqual(only(errors), {
      code: 'BAD_USER_INPUT',
      reason: 'WRONG_LENGTH',
      input: 'b',
      message: 'b: expected a list of 2 (the dimension "L"), got a list of 1.',
    });
    assert.deepEqual(await batchingOf('shared'), batched);
  });

  test('of one name have one size in base64 too', async () => {
    const document = 'query($b: FloatTensor!) { predict { shared(input: { a: [1, 2], b: $b }) { sum { values } } } }';
    const send = (...values: number[]) =>
      query(gateway, document, { b: Buffer.from(Float32Array.from(values).buffer).toString('base64') });
    assert.deepEqual((await send(3, 4)).data.predict.shared.sum.values, [4, 6]);
    const { errors } = await send(3);
    assert.equal(only(errors).message, 'b: expected 8 bytes for FP32 in the shape [2], got 4 bytes.');
  });

  test('of one name have one size in infer', async () => {
    const a = fp32('a', [2, 2], [1, 2, 3, 4]);
    const { outputs } = await inferRaw(gateway, 'shared', [a, fp32('b', [2, 2], [1, 1, 1, 1])]);
    assert.deepEqual(outputs['sum']?.values, [
      [2, 3],
      [4, 5],
    ]);
    for (const [b, message] of [
      [fp32('b', [2, 1], [1, 1]), 'b (shape): expected shape [N, L], where L is 2 elsewhere, got [2, 1].'],
      [fp32('b', [1, 2], [1, 1]), 'b (shape): expected shape [N, L], where N is 2 elsewhere, got [1, 2].'],
    ] as const) {
      assert.equal(only((await inferRaw(gateway, 'shared', [a, b])).errors).message, message);
    }
  });

  test('without names are taken as they come, and what does not fit is told by the model', async () => {
    const a = fp32('a', [2, 2], [1, 2, 3, 4]);
    const { outputs, batchSize } = await inferRaw(gateway, 'unnamed', [a, fp32('b', [2, 1], [1, 10])]);
    assert.deepEqual(outputs['sum']?.values, [
      [2, 3],
      [13, 14],
    ]);
    assert.equal(batchSize, 2);
    assert.deepEqual(await batchingOf('unnamed'), batched);
    assert.equal(
      only((await inferRaw(gateway, 'unnamed', [a, fp32('b', [1, 2], [1, 1])])).errors).message,
      'b: expected 2 rows, as the other inputs have, got 1 row.',
    );
    const failed = only((await inferRaw(gateway, 'unnamed', [a, fp32('b', [2, 3], [1, 1, 1, 1, 1, 1])])).errors);
    assert.equal(failed.code, 'INFERENCE_FAILED');
    assert.match(failed.message, /^Row 0: The model failed on these inputs: .*Add/);
  });

  test('of a shape that is not declared at all are those of the value', async () => {
    const { data, errors } = await query(
      gateway,
      '{ predict { a: unranked(input: { x: [[1, 2], [3, 4]] }) { y { shape values } } b: unranked(input: { x: 5 }) { y { shape values } } } }',
    );
    assert.deepEqual(errors, []);
    assert.deepEqual(data.predict, {
      a: {
        y: {
          shape: [2, 2],
          values: [
            [1, 2],
            [3, 4],
          ],
        },
      },
      b: { y: { shape: [], values: 5 } },
    });
    assert.deepEqual(await batchingOf('unranked'), notBatched('The file declares no shape for the input "x".'));
    const { outputs } = await inferRaw(gateway, 'unranked', [
      { name: 'x', datatype: 'FP32', shape: [1, 1, 2], base64: 'AACAPwAAAEA=' },
    ]);
    assert.deepEqual(outputs['y']?.values, [[[1, 2]]]);
  });

  test('of a shape that is not declared are not told by bytes, and ragged lists have none', async () => {
    const bytes = await query(gateway, '{ predict { unranked(input: { x: "AACAPwAAAEA=" }) { y { shape } } } }');
    assert.equal(
      only(bytes.errors).message,
      'x: expected nested lists, since bytes do not tell the sizes of any shape, got base64.',
    );
    const ragged = await query(gateway, '{ predict { unranked(input: { x: [[1, 2], [3]] }) { y { shape } } } }');
    assert.deepEqual(only(ragged.errors).input, 'x[1]');
  });
});

describe('several inputs and outputs', () => {
  test('have a field each, and come in any order', async () => {
    const { data, errors } = await query(
      gateway,
      '{ predict { portsBatch(inputs: [{ factor: 2, values: [1, 2] }, { values: [3, 4], factor: "3" }]) { isEven total product { values } } } }',
    );
    assert.deepEqual(errors, []);
    assert.deepEqual(data.predict.portsBatch, [
      { isEven: true, total: 6, product: { values: [2, 4] } },
      { isEven: false, total: 21, product: { values: [9, 12] } },
    ]);
  });

  test('are named in infer, and only the outputs that are asked for come back, in the order of the request', async () => {
    const values = fp32('values', [1, 2], [1, 2]);
    const factor = { name: 'factor', datatype: 'INT64', shape: [1], values: [5] } as const;
    const { outputs } = await inferRaw(gateway, 'ports', [factor, values], ['isEven', 'product']);
    assert.deepEqual(Object.keys(outputs), ['isEven', 'product']);
    assert.deepEqual([outputs['isEven']?.values, outputs['product']?.values], [[false], [[5, 10]]]);
    const all = await inferRaw(gateway, 'ports', [factor, values]);
    assert.deepEqual(Object.keys(all.outputs), ['product', 'total', 'isEven']);
    const missing = only((await inferRaw(gateway, 'ports', [values])).errors);
    assert.deepEqual([missing.reason, missing.input], ['MISSING', 'factor']);
    assert.match(missing.message, /expected a tensor of INT64 in the shape \[N\]/);
  });
});

test('nothing in this file was a fault of the server', () => {
  assert.deepEqual(
    gateway.log.filter(({ level }) => level === 'error'),
    [],
  );
});
