import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { buildClientSchema, getIntrospectionQuery, isObjectType, printSchema } from 'graphql';
import { readAnswer } from '../../helpers/error-form.ts';
import { eventually } from '../../helpers/eventually.ts';
import { post, query, startTestGateway } from '../../helpers/gateway.ts';
import { testKeys, type TestKey } from '../../helpers/keys.ts';
import { addingVersion, liveFolder } from '../../helpers/live-folder.ts';
import { affineModel } from '../../helpers/onnx-models.ts';

const hidden = /hidden/i;
const model = affineModel({ width: 1, scale: 1, offset: 1 });
const folder = await liveFolder(
  { after },
  {
    'shown/1/model.onnx': model,
    'showy/1/model.onnx': model,
    'hidden/1/model.onnx': model,
    'hidden2/1/model.onnx': 'no model',
    'shownBroken/1/model.onnx': 'no model',
  },
);
const keys = await testKeys({ after });
const user = await keys.make('predict:show*');
const reader = await keys.make('models:read predict:shown');
const admin = await keys.make('admin');
const everything = await keys.make('predict:*');
const gateway = await startTestGateway({ after }, folder.root, { keys: keys.path });

const ask = async (key: TestKey, document: string, variables?: object) => {
  const answer = await readAnswer(await post(gateway, JSON.stringify({ query: document, variables }), key));
  const errors = answer.errors.map(({ message, path, extensions: { code } }) => ({
    code,
    message,
    path: path?.join('.'),
  }));
  return { ...answer, data: answer.data as any, errors };
};
const predict = (...fields: string[]) =>
  `{ predict { ${fields.map((field) => `${field}(input: { x: 1 }) { y }`).join(' ')} } }`;
const inferOf = (name: string) =>
  `{ infer(input: { model: "${name}", inputs: [{ name: "x", datatype: FP32, shape: [1, 1], values: [1] }] }) { outputs { name } } }`;

describe('a caller who may use some of the models', () => {
  test('uses those, in both ways', async () => {
    assert.deepEqual((await ask(user, predict('shown', 'showy'))).data, {
      predict: { shown: { y: 2 }, showy: { y: 2 } },
    });
    assert.deepEqual((await ask(user, inferOf('shown'))).errors, []);
  });

  test('finds no others in the lists, by name, or among the events', async () => {
    const document = '{ models { name } model(name: "hidden") { name } server { events(last: 1000) { model } } }';
    const { data, text } = await ask(user, document);
    assert.deepEqual(
      data.models.map(({ name }: { name: string }) => name),
      ['shown', 'shownBroken', 'showy'],
    );
    assert.equal(data.model, null);
    assert.ok(data.server.events.length > 3);
    assert.doesNotMatch(text, hidden);
  });

  test('finds no others in the schema, however it is asked for', async () => {
    const { data, text } = await ask(user, getIntrospectionQuery());
    assert.doesNotMatch(text, hidden);
    const schema = buildClientSchema(data);
    const predictions = schema.getType('Predictions');
    assert.ok(isObjectType(predictions));
    assert.deepEqual(Object.keys(predictions.getFields()), ['shown', 'shownBatch', 'showy', 'showyBatch']);
    assert.doesNotMatch(printSchema(schema), hidden);
    for (const type of ['HiddenInput', 'HiddenPrediction']) {
      assert.deepEqual((await ask(user, `{ __type(name: "${type}") { name } }`)).data, { __type: null });
    }
    const possible = await ask(user, '{ __type(name: "Prediction") { possibleTypes { name } } }');
    assert.deepEqual(possible.data.__type.possibleTypes.map(({ name }: { name: string }) => name).toSorted(), [
      'ShownPrediction',
      'ShowyPrediction',
    ]);
  });

  test('is told the same of a model that is hidden, one that failed, and one that there is not', async () => {
    const told = async (name: string) => {
      const [typed, raw] = [await ask(user, predict(name)), await ask(user, inferOf(name))];
      assert.deepEqual([typed.status, raw.status], [403, 200]);
      return JSON.stringify([typed.errors, raw.errors]).replaceAll(name, 'NAME');
    };
    const first = await told('hidden');
    assert.equal(await told('hidden2'), first);
    assert.equal(await told('nothing'), first);
    const [typed, raw] = JSON.parse(first) as { code: string; message: string; path?: string }[][];
    assert.deepEqual(typed, [
      {
        code: 'FORBIDDEN',
        message: 'There is no field "NAME" for this caller, whose scopes give the models show* alone.',
      },
    ]);
    assert.deepEqual(raw, [
      {
        code: 'FORBIDDEN',
        message: 'The key of this request may not use the model "NAME": it has the scopes predict:show*.',
        path: 'infer',
      },
    ]);
  });

  test('is told nothing of others by the suggestions of an error', async () => {
    for (const document of [
      'query($input: HiddenInpu!) { predict { shown(input: $input) { y } } }',
      '{ ...on HiddenPredictio { y } }',
      'fragment F on HiddenPrediction { y } { ...F }',
      '{ predict { ...on Hidden { y } } }',
      '{ predict { shown(input: { hidden: 1 }) { hidden } } }',
    ]) {
      const { errors } = await ask(user, document);
      assert.ok(errors.length > 0);
      for (const { message } of errors) {
        const suggested = /Did you mean(.*)/.exec(message)?.[1] ?? '';
        assert.doesNotMatch(suggested, hidden, message);
      }
    }
  });

  test('is told of its own models what is so', async () => {
    const { errors } = await ask(user, predict('shownBroken'));
    assert.equal(errors[0]?.code, 'MODEL_UNAVAILABLE');
    assert.equal(
      (await ask(user, '{ predict { shown(input: { x: 1 }) { z } } }')).errors[0]?.code,
      'GRAPHQL_VALIDATION_FAILED',
    );
  });

  test('does not profit from a document that others were found to be allowed', async () => {
    const document = predict('shown', 'hidden');
    for (let count = 0; count < 2; count += 1) {
      assert.equal((await ask(everything, document)).status, 200);
      const { status, errors, data } = await ask(user, document);
      assert.deepEqual([status, errors[0]?.code, data], [403, 'FORBIDDEN', undefined]);
    }
    const extensions = { persistedQuery: { version: 1, sha256Hash: '0'.repeat(64) } };
    const persisted = await readAnswer(await post(gateway, JSON.stringify({ extensions }), user));
    assert.deepEqual(
      persisted.errors.map(({ extensions: { code } }) => code),
      ['PERSISTED_QUERY_NOT_FOUND'],
    );
  });

  test('is no administrator', async () => {
    for (const key of [user, reader, everything]) {
      for (const field of [
        'rescanRepository { name }',
        'loadModel(model: "hidden") { name }',
        'unloadModel(model: "x") { name }',
      ]) {
        const { errors, data } = await ask(key, `mutation { ${field} }`);
        assert.deepEqual([errors[0]?.code, data], ['FORBIDDEN', null]);
        assert.match(errors[0]?.message ?? '', /whose key has the scope admin/);
      }
    }
  });

  test('has a schema with a version of its own, the same for the same models', async () => {
    const versionOf = async (key: TestKey) => {
      const { headers, data } = await query(gateway, '{ server { schemaVersion } }', {}, key);
      assert.equal(headers.get('inferql-schema-version'), data.server.schemaVersion);
      return data.server.schemaVersion;
    };
    assert.notEqual(await versionOf(user), await versionOf(everything));
    assert.equal(await versionOf(admin), await versionOf(reader));
  });
});

describe('a caller who may see every model and use one', () => {
  test('gets the others refused as a field of its own, and the rest answered', async () => {
    const { data, errors, status } = await ask(reader, predict('shown', 'hidden'));
    assert.deepEqual([status, data], [200, { predict: { shown: { y: 2 }, hidden: null } }]);
    assert.deepEqual(errors, [
      {
        code: 'FORBIDDEN',
        message:
          'The key of this request may not use the model "hidden": it has the scopes models:read, predict:shown.',
        path: 'predict.hidden',
      },
    ]);
    const list = await ask(reader, '{ predict { hiddenBatch(inputs: [{ x: 1 }, { x: 2 }]) { y } } }');
    assert.deepEqual(
      [list.data, list.errors.map(({ code }) => code)],
      [{ predict: { hiddenBatch: null } }, ['FORBIDDEN']],
    );
  });

  test('sees all of them', async () => {
    const { data } = await ask(reader, '{ models { name } }');
    assert.equal(data.models.length, 5);
  });
});

test('an administrator may do everything, from anywhere', async () => {
  const { headers } = admin;
  const { data } = await query(
    gateway,
    'mutation { loadModel(model: "hidden") { name } }',
    {},
    {
      headers: { ...headers, 'x-forwarded-for': '192.0.2.7' },
    },
  );
  assert.deepEqual(data, { loadModel: { name: 'hidden' } });
  assert.deepEqual((await ask(admin, predict('hidden'))).errors, []);
});

test('callers who see some of the models see what becomes of them, and of no others', async () => {
  const rescan = () => ask(admin, 'mutation { rescanRepository { name } }');
  const fields = async () => {
    const { data } = await ask(user, '{ __type(name: "Predictions") { fields { name } } models { name } }');
    return [data.__type.fields.length, data.models.map(({ name }: { name: string }) => name).join(' ')];
  };
  await folder.place('shown/2', addingVersion(2));
  await folder.place('show3', { '1/model.onnx': model });
  await folder.place('hidden3', { '1/model.onnx': model });
  await rescan();
  assert.deepEqual(await fields(), [6, 'show3 shown shownBroken showy']);
  assert.deepEqual((await ask(user, predict('shown', 'show3'))).data.predict, { shown: { y: 3 }, show3: { y: 2 } });
  await folder.remove('show3');
  await folder.remove('hidden3');
  await rescan();
  assert.deepEqual(await fields(), [4, 'shown shownBroken showy']);
  const gone = await ask(user, predict('show3'));
  assert.match(gone.errors[0]?.message ?? '', /"show3" is not in the repository any more/);
  const never = await ask(user, predict('hidden3'));
  assert.deepEqual([never.errors[0]?.code, never.status], ['FORBIDDEN', 403]);
  await eventually(
    () => ask(user, '{ models { versions { state { phase } } } }'),
    ({ data }) => !JSON.stringify(data).includes('DRAINING'),
  );
});
