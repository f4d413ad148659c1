import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { callsOf, query, startTestGateway } from '../helpers/gateway.ts';
import { stateOf } from '../helpers/model-state.ts';
import { model, tensorValue } from '../helpers/onnx-builder.ts';
import { affineModel, failsOnNegativeModel, pacedModel } from '../helpers/onnx-models.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** `x` FP32 [N, 1] → `y` = x less the mean of the batch: rows that share a call change each other. */
const centred = model({
  inputs: [tensorValue('x', 'FP32', ['N', 1])],
  outputs: [tensorValue('y', 'FP32', ['N', 1])],
  nodes: [
    { op: 'ReduceMean', inputs: ['x'], outputs: ['mean'], attributes: { keepdims: { int: 0 } } },
    { op: 'Sub', inputs: ['x', 'mean'], outputs: ['y'] },
  ],
});

/** `x` FP32 [N, 1] → `y` = table[x], for x from 1 to 3: there is no row of zeros. */
const noZeros = model({
  inputs: [tensorValue('x', 'INT64', ['N'])],
  outputs: [tensorValue('y', 'INT64', ['N'])],
  nodes: [
    { op: 'Sub', inputs: ['x', 'four'], outputs: ['index'] },
    { op: 'Gather', inputs: ['table', 'index'], outputs: ['y'] },
  ],
  initializers: [
    { name: 'four', datatype: 'INT64', shape: [], data: BigInt64Array.of(4n) },
    { name: 'table', datatype: 'INT64', shape: [3], data: BigInt64Array.of(10n, 20n, 30n) },
  ],
});

const golden = (pairs: readonly (readonly [number, number])[]) =>
  JSON.stringify({ examples: pairs.map(([x, y]) => ({ inputs: { x: [x] }, outputs: { y: [y] } })) });

const models = await temporaryFolder(
  { after },
  {
    'compared/1/model.onnx': affineModel({ width: 1 }),
    'compared/1/golden.json': golden([
      [1, 3],
      [2, 5],
      [3, 7],
      [4, 9],
      [5, 11],
    ]),
    'compared/model.yaml': 'batching: { maxBatchSize: 4, maxQueueRows: 2 }\n',
    'zeros/1/model.onnx': affineModel({ width: 1 }),
    'zeros/model.yaml': 'batching: { maxQueueRows: 8 }\n',
    'centred/1/model.onnx': centred,
    'centred/1/golden.json': golden([
      [1, 0],
      [5, 0],
    ]),
    'centred-alone/1/model.onnx': centred,
    'centred-alone/1/golden.json': golden([
      [1, 0],
      [5, 0],
    ]),
    'centred-alone/model.yaml': 'batching: { enabled: false }\n',
    'no-zeros/1/model.onnx': noZeros,
    'fails/1/model.onnx': failsOnNegativeModel(),
    'fails/1/golden.json': golden([
      [1, 2],
      [-1, -2],
    ]),
    'paced/1/model.onnx': pacedModel(),
  },
);
const gateway = await startTestGateway({ after }, models);

function batchSizes(name: string): readonly unknown[] {
  return callsOf(gateway, name).map((call) => call['batchSize']);
}

/** The calls that follow that of a full batch: three more if it was short, to see how long calls take. */
function repetitionsOf(name: string, index: number): readonly unknown[] {
  const { batchSize, computeMs } = callsOf(gateway, name)[index] ?? assert.fail('There was no such call.');
  return Number(computeMs) > 5 ? [] : [batchSize, batchSize, batchSize];
}

describe('golden examples', () => {
  test('are compared each alone, and then in full batches, however few rows may wait', async () => {
    assert.equal((await stateOf(gateway, 'compared')).phase, 'READY');
    assert.deepEqual(batchSizes('compared'), [1, 1, 1, 1, 1, 2, 2, 2, ...repetitionsOf('compared', 7)]);
    const { data } = await query(
      gateway,
      '{ model(name: "compared") { defaultVersion { batching { maxBatchSize } } } }',
    );
    assert.equal(data.model.defaultVersion.batching.maxBatchSize, 2);
  });

  test('find out that rows of a batch change each other, and what to do about it', async () => {
    assert.deepEqual(await stateOf(gateway, 'centred'), {
      field: null,
      problem: null,
      phase: 'FAILED',
      reason:
        'golden.json: example 0, in a batch: y[0] is -2, expected 0 (±0.00001). Alone it fits, so that rows of a batch change each other: say batching: { enabled: false } in the manifest, or widen the tolerance where the difference is small.',
      notes: [],
    });
  });

  test('fit once rows are no longer merged', async () => {
    assert.equal((await stateOf(gateway, 'centred-alone')).phase, 'READY');
    const { data } = await query(gateway, '{ predict { centredAloneBatch(inputs: [{ x: 1 }, { x: 5 }]) { y } } }');
    assert.deepEqual(data.predict.centredAloneBatch, [{ y: 0 }, { y: 0 }]);
  });

  test('on which the model fails are refused', async () => {
    const { phase, reason } = await stateOf(gateway, 'fails');
    assert.equal(phase, 'FAILED');
    assert.match(reason ?? '', /^golden\.json: example 1, alone: The model failed on these inputs: .*Gather/);
  });
});

describe('without golden examples', () => {
  test('the first calls are of one row of zeros, and of as many as a call takes', async () => {
    assert.deepEqual(await stateOf(gateway, 'zeros'), {
      field: 'zeros',
      problem: null,
      phase: 'READY',
      reason: null,
      notes: [],
    });
    assert.deepEqual(batchSizes('zeros'), [1, 8, ...repetitionsOf('zeros', 1)]);
    assert.deepEqual(batchSizes('paced'), [1, 64, ...repetitionsOf('paced', 1)]);
  });

  test('a model that cannot run on zeros is served, with a note', async () => {
    const { phase, notes } = await stateOf(gateway, 'no-zeros');
    assert.equal(phase, 'READY');
    assert.equal(notes?.length, 1);
    assert.match(
      notes[0] ?? '',
      /^The warm-up on zeros failed; the version has no golden examples to try instead: The model failed on these inputs: .*Gather/,
    );
    const { data, errors } = await query(
      gateway,
      '{ predict { noZerosBatch(inputs: [{ x: 1 }, { x: 3 }, { x: 0 }]) { y } } }',
    );
    assert.deepEqual(data.predict.noZerosBatch, [{ y: 10 }, { y: 30 }, null]);
    assert.equal(errors.length, 1);
  });
});
