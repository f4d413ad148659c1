import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { describe, test, type TestContext } from 'node:test';
import { readAnswer } from '../helpers/error-form.ts';
import { eventually } from '../helpers/eventually.ts';
import { post, query, startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { addingVersion, liveFolder, type Files } from '../helpers/live-folder.ts';
import { type LogLine, waitForLine } from '../helpers/log.ts';
import { affineModel } from '../helpers/onnx-models.ts';

const shown = 'name ready defaultVersion { version } versions { version state { phase reason } update { phase } }';
const rescan = `mutation { rescanRepository { ${shown} } }`;
const call = (field: string, version: 'VersionRef' | 'VersionRef!' = 'VersionRef') =>
  `mutation($model: ID!, $version: ${version}) { answer: ${field}(model: $model, version: $version) { ${shown} } }`;
const load = call('loadModel');
const unload = call('unloadModel');
const accept = call('acceptVersion', 'VersionRef!');
const predict = '{ predict { m(input: { x: 1 }) { y } } }';
const modelNamed = `query($model: ID!) { model(name: $model) { ${shown} } }`;

async function start(context: TestContext, files: Files) {
  const folder = await liveFolder(context, files);
  const gateway = await startTestGateway(context, folder.root);
  const ask = async (document: string, model = 'm', version?: string) => {
    const { data, errors } = await query(gateway, document, { model, version });
    return { answer: data?.answer, errors: errors.map(({ message, extensions: { code } }) => `${code}: ${message}`) };
  };
  return { folder, gateway, ask };
}

/** The phase of each version, the newest first. */
function phasesOf(model: { readonly versions: readonly { version: number; state: { phase: string } }[] }): string[] {
  return model.versions.map(({ version, state }) => `${version} ${state.phase}`);
}

async function answersOf(gateway: TestGateway): Promise<number | undefined> {
  return (await query(gateway, predict)).data?.predict.m.y;
}

const adding = (version: number, offset = version) =>
  Object.fromEntries(Object.entries(addingVersion(offset)).map(([name, file]) => [`m/${version}/${name}`, file]));

describe('setLogLevel', () => {
  test('changes what is logged from then on', async (context) => {
    const { gateway } = await start(context, {});
    const setLevel = (level: string) => query(gateway, `mutation { setLogLevel(level: ${level}) }`);
    assert.deepEqual((await setLevel('ERROR')).data, { setLogLevel: 'ERROR' });
    const from = gateway.log.length;
    await query(gateway, '{ __typename }');
    await fetch(`${gateway.url}/healthz`);
    assert.deepEqual((await setLevel('DEBUG')).data, { setLogLevel: 'DEBUG' });
    await fetch(`${gateway.url}/healthz`);
    const isProbe = (line: LogLine) => line['route'] === '/healthz';
    await waitForLine(gateway.log, isProbe, from);
    const lines = gateway.log.slice(from);
    assert.equal(lines.filter(isProbe).length, 1);
    // That of the mutation which set the level comes when it was answered.
    assert.ok(lines.filter((line) => line['route'] === '/graphql').length <= 1);
  });
});

describe('rescanRepository', () => {
  test('takes in what came, changed and went, where nobody watches', async (context) => {
    const { gateway, folder } = await start(context, {});
    assert.deepEqual((await query(gateway, rescan)).data, { rescanRepository: [] });
    await folder.place('z', { '1/model.onnx': affineModel({ width: 1 }) });
    await folder.place('m', { '1/model.onnx': affineModel({ width: 1, scale: 1, offset: 1 }) });
    assert.equal(await answersOf(gateway), undefined);
    const { data } = await query(gateway, rescan);
    assert.deepEqual(
      data.rescanRepository.map(({ name, ready }: { name: string; ready: boolean }) => [name, ready]),
      [
        ['m', true],
        ['z', true],
      ],
    );
    // The request after the answer sees the schema that it told of.
    assert.equal(await answersOf(gateway), 2);
    await folder.place('m/2', addingVersion(2));
    const [m] = (await query(gateway, rescan)).data.rescanRepository;
    assert.deepEqual([m.defaultVersion, phasesOf(m)[0]], [{ version: 2 }, '2 READY']);
    assert.equal(await answersOf(gateway), 3);
    await folder.remove('m');
    assert.equal((await query(gateway, rescan)).data.rescanRepository.length, 1);
  });

  test('answers in the one form when the folder cannot be read, without its path', async (context) => {
    const { gateway, folder } = await start(context, adding(1));
    await rm(folder.root, { recursive: true });
    const { errors, data } = await readAnswer(await post(gateway, JSON.stringify({ query: rescan })));
    assert.deepEqual(
      errors.map(({ extensions }) => extensions.code),
      ['MODEL_UNAVAILABLE'],
    );
    assert.match(errors[0]?.message ?? '', /cannot be read now; what was loaded from it goes on serving/);
    assert.equal(data, null);
    await waitForLine(
      gateway.log,
      (line) => line.level === 'error' && String(line['error']).includes('cannot be read'),
    );
    assert.equal(await answersOf(gateway), 2);
  });
});

describe('loadModel and unloadModel', () => {
  test('take versions in and out of service, each as often as one likes', async (context) => {
    const { gateway, ask } = await start(context, {
      ...adding(1),
      ...adding(2),
      'm/model.yaml': 'versions: { labels: { old: 1 } }',
    });
    for (const ref of ['2', '2']) {
      const { answer } = await ask(unload, 'm', ref);
      assert.deepEqual(answer.defaultVersion, { version: 1 });
    }
    assert.equal(await answersOf(gateway), 2);
    const unloaded = await eventually(
      () => query(gateway, modelNamed, { model: 'm' }),
      ({ data }) => phasesOf(data.model)[0] === '2 UNLOADED',
    );
    assert.deepEqual(phasesOf(unloaded.data.model), ['2 UNLOADED', '1 READY']);
    for (const ref of ['2', '2']) {
      const { answer } = await ask(load, 'm', ref);
      assert.deepEqual([answer.defaultVersion, phasesOf(answer)], [{ version: 2 }, ['2 READY', '1 READY']]);
    }
    assert.equal(await answersOf(gateway), 3);
    const { answer } = await ask(unload, 'm', 'old');
    assert.deepEqual(phasesOf(answer), ['2 READY', '1 DRAINING']);
  });

  test('without a version are about all of the model', async (context) => {
    const { gateway, ask } = await start(context, adding(1));
    const { answer: first } = await ask(unload);
    assert.deepEqual([first.ready, first.defaultVersion, phasesOf(first)], [false, null, ['1 DRAINING']]);
    const { answer: second } = await ask(unload);
    assert.match(phasesOf(second).join(), /^1 (?:DRAINING|UNLOADED)$/);
    const { errors } = await query(gateway, predict);
    assert.equal(errors[0]?.extensions.code, 'MODEL_UNAVAILABLE');
    const { answer } = await ask(load);
    assert.deepEqual(phasesOf(answer), ['1 READY']);
    assert.equal(await answersOf(gateway), 2);
  });

  test('loading finds a model and a version that came a moment ago, and tries again what failed', async (context) => {
    const { ask, folder } = await start(context, {});
    await folder.place('m', { '1/model.onnx': 'no model' });
    const failed = (await ask(load)).answer;
    assert.deepEqual(phasesOf(failed), ['1 FAILED']);
    assert.match(failed.versions[0].state.reason, /no ONNX model/);
    await folder.place('m/1/model.onnx', affineModel({ width: 1 }));
    assert.deepEqual(phasesOf((await ask(load, 'm', '1')).answer), ['1 READY']);
    await folder.place('m/2', addingVersion(2));
    assert.deepEqual(phasesOf((await ask(load, 'm', '2')).answer)[0], '2 READY');
  });
});

describe('acceptVersion', () => {
  test('lets a version serve that is HELD, and does nothing to one that serves', async (context) => {
    const { gateway, ask, folder } = await start(context, adding(1));
    const before = await query(gateway, '{ server { schemaVersion } }');
    await folder.place('m/2', { 'model.onnx': affineModel({ width: 3 }) });
    const held = (await query(gateway, rescan)).data.rescanRepository[0];
    assert.deepEqual([held.defaultVersion, phasesOf(held)], [{ version: 1 }, ['2 HELD', '1 READY']]);
    assert.match(held.versions[0].state.reason, /^It would break what clients rely on: .*MInput\.x.*\bFloat!/);
    assert.equal(await answersOf(gateway), 2);
    for (const ref of ['2', '2']) {
      const { answer } = await ask(accept, 'm', ref);
      assert.deepEqual([answer.defaultVersion, phasesOf(answer)[0]], [{ version: 2 }, '2 READY']);
    }
    const { data, headers } = await query(gateway, '{ predict { m(input: { x: [1, 2, 3] }) { y { values } } } }');
    assert.deepEqual(data.predict.m.y.values, [3, 5, 7]);
    assert.notEqual(headers.get('inferql-schema-version'), before.data.server.schemaVersion);
  });

  test('lets what the files of a version that serves were changed to take its place', async (context) => {
    const { gateway, ask, folder } = await start(context, adding(1));
    await folder.place(
      'm/1/golden.json',
      JSON.stringify({ examples: [{ inputs: { x: [1, 2] }, outputs: { y: [3, 5] } }] }),
    );
    await folder.place('m/1/model.onnx', affineModel({ width: 2 }));
    const [held] = (await query(gateway, rescan)).data.rescanRepository;
    assert.deepEqual([phasesOf(held), held.versions[0].update], [['1 READY'], { phase: 'HELD' }]);
    assert.equal(await answersOf(gateway), 2);
    const { answer } = await ask(accept, 'm', '1');
    assert.deepEqual([phasesOf(answer), answer.versions[0].update], [['1 READY'], null]);
    const { data } = await query(gateway, '{ predict { m(input: { x: [1, 2] }) { y { values } } } }');
    assert.deepEqual(data.predict.m.y.values, [3, 5]);
  });

  test('refuses versions that do not wait for it', async (context) => {
    const { ask } = await start(context, {
      ...adding(1),
      ...adding(2),
      'm/3/model.onnx': 'no model',
      'm/model.yaml': 'versions: { serve: [2, 3] }',
    });
    const cannot = (version: number) =>
      `BAD_USER_INPUT: Version ${version} of the model "m" cannot be accepted, for it is not HELD: `;
    assert.deepEqual((await ask(accept, 'm', '1')).errors, [`${cannot(1)}it is UNLOADED.`]);
    const [failed] = (await ask(accept, 'm', '3')).errors;
    assert.ok(failed?.startsWith(`${cannot(3)}FAILED, The file is no ONNX model.`), failed);
  });
});

describe('what there is not is refused by', () => {
  for (const [field, document] of Object.entries({ load, unload, accept })) {
    test(field, async (context) => {
      const { ask } = await start(context, adding(1));
      assert.deepEqual((await ask(document, 'rose', '1')).errors, [
        'MODEL_NOT_FOUND: The repository has no model "rose"; it has m.',
      ]);
      for (const ref of ['2', 'canary']) {
        assert.deepEqual((await ask(document, 'm', ref)).errors, [
          `MODEL_VERSION_NOT_FOUND: The model "m" has no version "${ref}"; it has 1.`,
        ]);
      }
    });
  }
});

describe('an operation with several mutations', () => {
  test('runs them one after the other, and ends at the first that fails', async (context) => {
    const { gateway } = await start(context, adding(1));
    const document = (last: string) =>
      `mutation { a: unloadModel(model: "m") { ready } b: loadModel(model: "${last}") { ready } c: rescanRepository { ready } }`;
    const { data } = await query(gateway, document('m'));
    assert.deepEqual(data, { a: { ready: false }, b: { ready: true }, c: [{ ready: true }] });
    const { errors, data: failed } = await query(gateway, document('rose'));
    assert.equal(failed, null);
    assert.deepEqual(
      errors.map(({ path }) => path),
      [['b']],
    );
    assert.equal((await query(gateway, modelNamed, { model: 'm' })).data.model.ready, false);
  });
});

describe('administrators', () => {
  test('are callers on the same machine, and not those behind a proxy there', async (context) => {
    const { gateway } = await start(context, adding(1));
    const documents = [
      'mutation { rescanRepository { name } }',
      'mutation { loadModel(model: "m") { name } }',
      'mutation { acceptVersion(model: "m", version: 1) { name } }',
      'mutation { unloadModel(model: "m") { name } }',
    ];
    for (const document of documents) {
      const { data, errors } = await query(gateway, document, {}, { headers: { 'x-forwarded-for': '192.0.2.7' } });
      assert.equal(data, null);
      assert.deepEqual([errors.length, errors[0]?.extensions.code], [1, 'FORBIDDEN']);
    }
    assert.equal(await answersOf(gateway), 2);
    for (const document of documents) assert.deepEqual((await query(gateway, document)).errors, []);
  });

  test('cannot do by GET what changes something', async (context) => {
    const { gateway } = await start(context, adding(1));
    const search = new URLSearchParams({ query: 'mutation { unloadModel(model: "m") { name } }' });
    const headers = { 'apollo-require-preflight': 'yes' };
    const { status, errors } = await readAnswer(await fetch(`${gateway.graphqlUrl}?${search.toString()}`, { headers }));
    assert.deepEqual([status, errors[0]?.extensions.code], [405, 'BAD_REQUEST']);
    assert.equal(await answersOf(gateway), 2);
  });
});
