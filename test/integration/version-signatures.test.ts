import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { query, startTestGateway } from '../helpers/gateway.ts';
import { liveFolder } from '../helpers/live-folder.ts';
import { model, tensorValue } from '../helpers/onnx-builder.ts';
import { affineModel } from '../helpers/onnx-models.ts';

/** y = x, with an input of this name. */
const renamed = (input: string) =>
  model({
    inputs: [tensorValue(input, 'FP32', ['N', 1])],
    outputs: [tensorValue('y', 'FP32', ['N', 1])],
    nodes: [{ op: 'Identity', inputs: [input], outputs: ['y'] }],
  });

const folder = await liveFolder(
  { after },
  {
    'grown/model.yaml': 'versions: { serve: all, labels: { old: 1 }, acceptBreaking: [2] }',
    'grown/1/model.onnx': affineModel({ width: 1 }),
    'grown/2/model.onnx': affineModel({ width: 3 }),
    'named/model.yaml': 'versions: { serve: all }',
    'named/1/model.onnx': renamed('x:0'),
    'named/2/model.onnx': renamed('x_0'),
  },
);
const gateway = await startTestGateway({ after }, folder.root);

describe('an older version with another signature', () => {
  for (const version of ['1', 'old']) {
    test(`works through infer, by ${version}`, async () => {
      const inputs = [{ name: 'x', datatype: 'FP32', shape: [2, 1], values: [1, 2] }];
      const { data } = await query(
        gateway,
        'query($input: InferInput!) { infer(input: $input) { outputs { values } meta { version } } }',
        { input: { model: 'grown', version, inputs } },
      );
      assert.deepEqual(data.infer, { outputs: [{ values: [[3], [5]] }], meta: { version: 1 } });
    });

    test(`is SIGNATURE_MISMATCH through the typed field and the batch field, by ${version}, and alone`, async () => {
      const { data, errors, status } = await query(
        gateway,
        `query($version: VersionRef) { predict {
          newest: grown(input: { x: [1, 2, 3] }) { y { values } }
          grown(input: { x: [1, 2, 3] }, version: $version) { y { values } }
          grownBatch(inputs: [{ x: [1, 2, 3] }], version: $version) { y { values } }
        } }`,
        { version },
      );
      assert.equal(status, 200);
      assert.deepEqual(data.predict, { newest: { y: { values: [3, 5, 7] } }, grown: null, grownBatch: null });
      assert.deepEqual(
        errors.map(({ path, extensions }) => [path, extensions.code, extensions.model, extensions.version]),
        [
          [['predict', 'grown'], 'SIGNATURE_MISMATCH', 'grown', '1'],
          [['predict', 'grownBatch'], 'SIGNATURE_MISMATCH', 'grown', '1'],
        ],
      );
      assert.match(errors[0]?.message ?? '', /has another signature than version 2.*through the field infer\.$/);
    });
  }
});

describe('versions that differ only in descriptions', () => {
  test('can stand in for each other', async () => {
    const { data, errors } = await query(
      gateway,
      `{ predict {
        newest: named(input: { x_0: 1 }) { y meta { version } }
        older: named(input: { x_0: 2 }, version: 1) { y meta { version } }
        batch: namedBatch(inputs: [{ x_0: 3 }], version: 1) { y meta { version } }
      } }`,
    );
    assert.deepEqual(errors, []);
    assert.deepEqual(data.predict, {
      newest: { y: 1, meta: { version: 2 } },
      older: { y: 2, meta: { version: 1 } },
      batch: [{ y: 3, meta: { version: 1 } }],
    });
  });

  test('are described each as it is: the schema follows the one that serves by default', async () => {
    const describe = async () => {
      const { data } = await query(gateway, getIntrospectionQuery());
      const { types } = (data as IntrospectionQuery).__schema;
      const input = types.find(({ name }) => name === 'NamedInput');
      assert.ok(input?.kind === 'INPUT_OBJECT');
      return input.inputFields[0]?.description;
    };
    const newest = await describe();
    await query(gateway, 'mutation { unloadModel(model: "named", version: 2) { name } }');
    assert.match((await describe()) ?? '', /x:0/);
    assert.doesNotMatch(newest ?? '', /x:0/);
  });
});
