import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { assertServes, refusedAnswer } from '../helpers/error-form.ts';
import { post, query, shippedModels, startTestGateway } from '../helpers/gateway.ts';
import { affineModel } from '../helpers/onnx-models.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const models = await temporaryFolder(
  { after },
  {
    'broken/1/model.onnx': 'no model',
    'unversioned/README.md': 'Nothing here yet.',
    'mixed/model.yaml': 'versions: { serve: all, labels: { canary: 2 } }\n',
    'mixed/1/model.onnx': affineModel({ width: 1 }),
    'mixed/2/model.onnx': 'no model',
  },
);
await cp(join(shippedModels, 'iris'), join(models, 'iris'), { recursive: true });
const gateway = await startTestGateway({ after }, models);

const send = (document: string, variables: object = {}) =>
  post(gateway, JSON.stringify({ query: document, variables }));
const reason = 'The file is no ONNX model. Export the model to ONNX, or copy it again.';
const failed = {
  codes: ['MODEL_UNAVAILABLE'],
  message: new RegExp(`^Version 1 of the model "broken" is not served: FAILED, ${reason}$`),
} as const;

describe('a model whose only version failed', () => {
  const tensor = { name: 'x', datatype: 'FP32', shape: [1, 1], values: [1] };
  const document = 'query($input: InferInput!) { infer(input: $input) { outputs { values } } }';

  for (const [what, version] of [
    ['without a version', {}],
    ['with null for a version', { version: null }],
    ['by version', { version: '1' }],
  ] as const) {
    test(`is MODEL_UNAVAILABLE to infer, ${what}, with the reason`, async () => {
      const input = { model: 'broken', ...version, inputs: [tensor] };
      const { errors, data } = await refusedAnswer(gateway, () => send(document, { input }), {
        ...failed,
        status: 200,
        path: ['infer'],
      });
      assert.deepEqual(data, { infer: null });
      const { model, version: told, retryable } = errors[0]?.extensions ?? {};
      assert.deepEqual([model, told, retryable], ['broken', '1', true]);
    });
  }

  for (const [what, typed, variables] of [
    ['its typed field', '{ predict { broken(input: { x: 1 }) { y } } }', {}],
    ['its typed field by version', '{ predict { broken(input: { x: 1 }, version: "1") { y } } }', {}],
    [
      'its batch field, beside one that is served',
      'query($inputs: [BrokenInput!]!) { predict { mixed(input: { x: 1 }) { y } brokenBatch(inputs: $inputs) { y } } }',
      { inputs: [{ x: 1 }] },
    ],
  ] as const) {
    test(`is MODEL_UNAVAILABLE to a document with ${what}, with the reason and status 503`, async () => {
      const { errors, data } = await refusedAnswer(gateway, () => send(typed, variables), { ...failed, status: 503 });
      assert.equal(data, undefined);
      const { model, version, retryable } = errors[0]?.extensions ?? {};
      assert.deepEqual([model, version, retryable], ['broken', '1', true]);
    });
  }

  test('is in the catalogue, with the reason', async () => {
    const { data, errors } = await query(
      gateway,
      '{ model(name: "broken") { ready defaultVersion { version } version(version: "1") { ready state { phase reason } } } }',
    );
    assert.deepEqual(errors, []);
    assert.deepEqual(data.model, {
      ready: false,
      defaultVersion: null,
      version: { ready: false, state: { phase: 'FAILED', reason } },
    });
  });
});

test('a model without versions says so where it is asked for', async () => {
  await refusedAnswer(gateway, () => send('{ predict { unversioned(input: {}) { y } } }'), {
    status: 503,
    codes: ['MODEL_UNAVAILABLE'],
    message: /"unversioned" is not served: The folder has no version\./,
  });
});

describe('a model of which one version failed', () => {
  test('serves the other by default', async () => {
    const { data } = await query(gateway, '{ predict { mixed(input: { x: 1 }) { y meta { version } } } }');
    assert.deepEqual(data.predict.mixed, { y: 3, meta: { version: 1 } });
  });

  for (const ref of ['2', 'canary']) {
    test(`is MODEL_UNAVAILABLE by ${ref}, with the reason, at the field alone`, async () => {
      const document = `{ predict { mixed(input: { x: 1 }, version: "${ref}") { y } one: mixed(input: { x: 1 }) { y } } }`;
      const { data, errors } = await refusedAnswer(gateway, () => send(document), {
        status: 200,
        codes: ['MODEL_UNAVAILABLE'],
        path: ['predict', 'mixed'],
        message: new RegExp(`^Version 2 of the model "mixed" is not served: FAILED, ${reason}$`),
      });
      assert.deepEqual(data, { predict: { mixed: null, one: { y: 3 } } });
      assert.equal(errors[0]?.extensions.version, '2');
    });
  }

  test('nulls a whole list with one error, and the fields beside it are answered', async () => {
    const document =
      '{ predict { mixedBatch(inputs: [{ x: 1 }, { x: 2 }], version: 2) { y } mixed(input: { x: 1 }) { y } } model(name: "mixed") { name } }';
    const { data } = await refusedAnswer(gateway, () => send(document), {
      status: 200,
      codes: ['MODEL_UNAVAILABLE'],
      path: ['predict', 'mixedBatch'],
    });
    assert.deepEqual(data, { predict: { mixedBatch: null, mixed: { y: 3 } }, model: { name: 'mixed' } });
  });
});

test('nothing in this file was a fault of the server', async () => {
  await assertServes(gateway);
  assert.deepEqual(
    gateway.log.filter(({ level }) => level === 'error'),
    [],
  );
});
