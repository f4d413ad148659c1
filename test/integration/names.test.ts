import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { query, startTestGateway } from '../helpers/gateway.ts';
import { liveFolder } from '../helpers/live-folder.ts';
import { stateOf } from '../helpers/model-state.ts';
import { model, tensorValue } from '../helpers/onnx-builder.ts';
import { affineModel } from '../helpers/onnx-models.ts';
import { inferRaw } from '../helpers/raw-inference.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** Every input of these names, FP32 [N], comes out again under the name at its place. */
function renamingModel(names: Readonly<Record<string, string>>) {
  return model({
    inputs: Object.keys(names).map((name) => tensorValue(name, 'FP32', ['N'])),
    outputs: Object.values(names).map((name) => tensorValue(name, 'FP32', ['N'])),
    nodes: Object.entries(names).map(([input, output]) => ({ op: 'Identity', inputs: [input], outputs: [output] })),
  });
}

const good = affineModel({ width: 1 });
const models = await temporaryFolder(
  { after },
  {
    'names/1/model.onnx': renamingModel({ 'input:0': 'output:0', 0: '1', __x: '__y', 'a b': 'c d', größe: 'länge' }),
    'meta/1/model.onnx': renamingModel({ version: 'label', __typename: 'meta' }),
    'input-meta/1/model.onnx': renamingModel({ meta: 'version' }),
    'inputs-collide/1/model.onnx': renamingModel({ 'a:b': 'x', 'a/b': 'y' }),
    'outputs-collide/1/model.onnx': renamingModel({ a: 'y.1', b: 'y_1' }),
    'meta-collides/1/model.onnx': renamingModel({ a: 'meta', b: 'meta_' }),
    'sms-spam.v2/1/model.onnx': good,
    '3d-cnn/1/model.onnx': good,
    'BERT-base/1/model.onnx': good,
    'model/1/model.onnx': good,
    'query/1/model.onnx': good,
    'infer/1/model.onnx': good,
    'tensor/1/model.onnx': good,
    'my-model/1/model.onnx': good,
    'my_model/1/model.onnx': good,
    'iris/1/model.onnx': good,
    'iris-batch/1/model.onnx': good,
  },
);
const gateway = await startTestGateway({ after }, models);
const fp32 = (name: string, shape: number[], values: unknown) => ({ name, datatype: 'FP32', shape, values }) as const;

describe('names that are no GraphQL names', () => {
  test('become names, with the original beside them', async () => {
    const { data: described } = await query(
      gateway,
      '{ model(name: "names") { features { name originalName description } } }',
    );
    const features = described.model.features as { name: string; originalName: string; description: string }[];
    assert.deepEqual(
      features.map(({ name, originalName }) => [name, originalName]),
      [
        ['_0', '0'],
        ['input_0', 'input:0'],
        ['_x', '__x'],
        ['a_b', 'a b'],
        ['gr__e', 'größe'],
      ],
    );
    for (const { originalName, description } of features) assert.ok(description.includes(`\`${originalName}\``));
    const { data, errors } = await query(
      gateway,
      '{ predict { names(input: { _0: 1, input_0: 2, _x: 3, a_b: 4, gr__e: 5 }) { _1 output_0 _y c_d l_nge } } }',
    );
    assert.deepEqual(errors, []);
    assert.deepEqual(data.predict.names, { _1: 1, output_0: 2, _y: 3, c_d: 4, l_nge: 5 });
  });

  test('stay as they are in infer', async () => {
    const names = ['input:0', '0', '__x', 'a b', 'größe'];
    const { outputs, errors } = await inferRaw(
      gateway,
      'names',
      names.map((name, index) => fp32(name, [1], [index])),
      ['output:0', '__y', 'länge'],
    );
    assert.deepEqual(errors, []);
    assert.deepEqual(
      Object.values(outputs).map(({ name, values }) => [name, values[0]]),
      [
        ['output:0', 0],
        ['__y', 2],
        ['länge', 4],
      ],
    );
  });

  test('an output called meta makes room for that of every prediction', async () => {
    const { data, errors } = await query(
      gateway,
      '{ predict { meta(input: { version: 2, _typename: 3 }) { label meta_ meta { model batchSize } } inputMeta(input: { meta: 4 }) { version } } }',
    );
    assert.deepEqual(errors, []);
    assert.deepEqual(data.predict, {
      meta: { label: 2, meta_: 3, meta: { model: 'meta', batchSize: 1 } },
      inputMeta: { version: 4 },
    });
    const described = await query(gateway, '{ __type(name: "MetaPrediction") { fields { name description } } }');
    const fields = described.data.__type.fields as { name: string; description: string }[];
    assert.match(fields.find(({ name }) => name === 'meta_')?.description ?? '', /`meta` in the model's file/);
  });

  const collisions = [
    [
      'inputs-collide',
      'The inputs of the model have "a:b" and "a/b", which would both be the field "a_b"; rename one of them.',
    ],
    [
      'outputs-collide',
      'The outputs of the model have "y.1" and "y_1", which would both be the field "y_1"; rename one of them.',
    ],
    [
      'meta-collides',
      'The outputs of the model have "meta" and "meta_", which would both be the field "meta_"; rename one of them.',
    ],
  ] as const;
  for (const [name, reason] of collisions) {
    test(`that fall together are refused: ${name}`, async () => {
      const expected = { field: null, problem: null, phase: 'FAILED', reason, notes: [] };
      assert.deepEqual(await stateOf(gateway, name), expected);
    });
  }
});

describe('folder names', () => {
  const served = {
    'sms-spam.v2': 'smsSpamV2',
    '3d-cnn': '_3dCnn',
    'BERT-base': 'bertBase',
    model: 'model',
    query: 'query',
    'my-model': 'myModel',
    iris: 'iris',
  };
  for (const [name, field] of Object.entries(served)) {
    test(`${name} is the field ${field}`, async () => {
      const expected = { field, problem: null, phase: 'READY', reason: null, notes: [] };
      assert.deepEqual(await stateOf(gateway, name), expected);
      const { data, errors } = await query(
        gateway,
        `{ predict { ${field}(input: { x: 3 }) { y meta { model } } ${field}Batch(inputs: [{ x: 4 }]) { y } } }`,
      );
      assert.deepEqual(errors, []);
      assert.deepEqual(data.predict, { [field]: { y: 7, meta: { model: name } }, [`${field}Batch`]: [{ y: 9 }] });
    });
  }

  const refused = {
    infer: 'The folder name "infer" would make the type InferInput, which the schema already has; rename the folder.',
    tensor:
      'The folder name "tensor" would make the type TensorInput, which the schema already has; rename the folder.',
    my_model: 'The folder names "my-model" and "my_model" would both make myModel in the schema; rename one of them.',
    'iris-batch':
      'The folder names "iris" and "iris-batch" would both make irisBatch in the schema; rename one of them.',
  };
  for (const [name, reason] of Object.entries(refused)) {
    test(`${name} is refused, and says what to rename`, async () => {
      const expected = { field: null, problem: null, phase: 'FAILED', reason, notes: [] };
      assert.deepEqual(await stateOf(gateway, name), expected);
    });
  }
});

test('nothing in this file was a fault of the server', () => {
  assert.deepEqual(
    gateway.log.filter(({ level }) => level === 'error'),
    [],
  );
});

test('a newcomer whose names collide with those of a model that serves is refused, and the others are followed', async (context) => {
  const folder = await liveFolder(context, { 'a_b/1/model.onnx': affineModel({ scale: 1, offset: 1, width: 1 }) });
  const live = await startTestGateway(context, folder.root);
  await folder.place('a-b', { '1/model.onnx': affineModel({ scale: 1, offset: 2, width: 1 }) });
  await folder.place('later', { '1/model.onnx': affineModel({ scale: 1, offset: 3, width: 1 }) });
  await query(live, 'mutation { rescanRepository { name } }');
  const { data, errors } = await query(live, '{ predict { aB(input: { x: 1 }) { y } later(input: { x: 1 }) { y } } }');
  assert.deepEqual(errors, []);
  assert.deepEqual(data.predict, { aB: { y: 2 }, later: { y: 4 } });
  const state = await stateOf(live, 'a-b');
  assert.equal(state.phase, 'FAILED');
  assert.match(String(state.reason), /"a_b" and "a-b" would both make aB/);
});
