import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { readAnswer, refusedAnswer } from '../helpers/error-form.ts';
import { post, query, shippedModels, startTestGateway } from '../helpers/gateway.ts';
import { addingVersion, liveFolder } from '../helpers/live-folder.ts';
import { affineModel } from '../helpers/onnx-models.ts';

const folder = await liveFolder(
  { after },
  {
    'old-rose/1/model.onnx': addingVersion(1)['model.onnx'],
    'm/1/model.onnx': addingVersion(1)['model.onnx'],
  },
);
await cp(join(shippedModels, 'iris'), join(folder.root, 'iris'), { recursive: true });
const gateway = await startTestGateway({ after }, folder.root);
const rescan = () => query(gateway, 'mutation { rescanRepository { name } }');
const send = (document: string, variables: object = {}) =>
  post(gateway, JSON.stringify({ query: document, variables }));

describe('a model that went while the server runs', async () => {
  const typed = 'query($input: OldRoseInput!) { predict { oldRose(input: $input) { y } } }';
  const before = await query(gateway, typed, { input: { x: 1 } });
  await folder.remove('old-rose');
  await rescan();
  const told = {
    codes: ['MODEL_NOT_FOUND'],
    message:
      /^The model "old-rose" is not in the repository any more: its folder went at \d{4}-\d\d-\d\dT[\d:.]{12}Z\.$/,
  } as const;

  test('answered before', () => assert.deepEqual(before.data, { predict: { oldRose: { y: 2 } } }));

  for (const [what, document] of [
    ['its typed field', typed],
    ['its batch field', 'query($input: OldRoseInput!) { predict { oldRoseBatch(inputs: [$input]) { y } } }'],
  ] as const) {
    test(`is MODEL_NOT_FOUND to a document with ${what}, since when, with status 404`, async () => {
      const { errors } = await refusedAnswer(gateway, () => send(document, { input: { x: 1 } }), {
        ...told,
        status: 404,
      });
      assert.equal(errors[0]?.extensions.model, 'old-rose');
    });
  }

  test('is MODEL_NOT_FOUND to infer, and says since when', async () => {
    const document = 'query($input: InferInput!) { infer(input: $input) { outputs { name } } }';
    const input = { model: 'old-rose', inputs: [] };
    await refusedAnswer(gateway, () => send(document, { input }), { ...told, status: 200, path: ['infer'] });
  });

  test('is as any other when it comes back', async () => {
    await folder.place('old-rose', { '1/model.onnx': addingVersion(2)['model.onnx'] });
    await rescan();
    const { data } = await query(gateway, typed, { input: { x: 1 } });
    assert.deepEqual(data, { predict: { oldRose: { y: 3 } } });
  });
});

describe('the header inferql-schema-version', () => {
  const versionOf = async (document = '{ __typename }') => {
    const { headers } = await readAnswer(await send(document));
    return headers.get('inferql-schema-version');
  };

  test('names the schema that the server tells of, on answers, errors and arrays', async () => {
    const { data } = await query(gateway, '{ server { schemaVersion } }');
    const { schemaVersion } = data.server;
    assert.match(schemaVersion, /^[\da-f]{16}$/);
    assert.equal(await versionOf(), schemaVersion);
    assert.equal(await versionOf('{ nothing }'), schemaVersion);
    assert.equal(await versionOf('{'), schemaVersion);
    const { headers } = await post(gateway, '[{"query": "{ __typename }"}]');
    assert.equal(headers.get('inferql-schema-version'), schemaVersion);
  });

  test('changes when the types do, and is as before when they are', async () => {
    const first = await versionOf();
    await folder.place('late', { '1/model.onnx': affineModel({ width: 1 }) });
    await rescan();
    const second = await versionOf();
    assert.notEqual(second, first);
    await folder.place('m/2', addingVersion(5));
    await rescan();
    assert.equal(await versionOf(), second);
    await folder.remove('late');
    await rescan();
    assert.equal(await versionOf(), first);
  });
});

describe('changed files of a version that serves', () => {
  const document = `{ model(name: "iris") {
    versions { state { phase since reason } update { phase since reason } ready }
  } }`;

  test('that fail are an update that says why, beside the state of what serves', async () => {
    await folder.place('iris/1/model.onnx', 'no model');
    await rescan();
    const version = (await query(gateway, document)).data.model.versions.at(-1);
    const { state, update, ready } = version;
    assert.deepEqual([state.phase, state.reason, ready], ['READY', null, true]);
    assert.deepEqual(
      [update.phase, update.reason],
      ['FAILED', 'The file is no ONNX model. Export the model to ONNX, or copy it again.'],
    );
    assert.ok(Date.parse(update.since) >= Date.parse(state.since));
  });

  test('that are sound take its place, and there is no update any more', async () => {
    await cp(join(shippedModels, 'iris/1/model.onnx'), join(folder.root, 'iris/1/model.onnx'));
    await rescan();
    const version = (await query(gateway, document)).data.model.versions.at(-1);
    assert.deepEqual([version.state.phase, version.update, version.ready], ['READY', null, true]);
  });
});
