import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test, type TestContext } from 'node:test';
import { makeApiKey } from '../../../src/access/api-key.ts';
import { readAnswer } from '../../helpers/error-form.ts';
import { eventually } from '../../helpers/eventually.ts';
import { post, query, startTestGateway, type TestGateway } from '../../helpers/gateway.ts';
import { testKeys, type TestKey } from '../../helpers/keys.ts';
import { waitForLine } from '../../helpers/log.ts';
import { affineModel } from '../../helpers/onnx-models.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const ready = '{ server { ready } }';
const body = JSON.stringify({ query: ready });

async function start(context: TestContext, settings: Readonly<Record<string, unknown>> = {}) {
  const models = await temporaryFolder(context, { 'm/1/model.onnx': affineModel({ width: 1 }) });
  const keys = await testKeys(context);
  const gateway = await startTestGateway(context, models, { keys: keys.path, ...settings });
  const statusWith = async ({ headers }: Pick<TestKey, 'headers'>) => (await post(gateway, body, { headers })).status;
  /** Asks until the server has noticed that the keys changed. */
  const noticed = (key: TestKey, status: number) =>
    eventually(
      () => statusWith(key),
      (found) => found === status,
    );
  return { gateway, keys, statusWith, noticed };
}

/** What a request with these headers is told. */
async function refusalOf(gateway: TestGateway, headers: Readonly<Record<string, string>>) {
  const { status, headers: told, errors } = await readAnswer(await post(gateway, body, { headers }));
  const [error] = errors;
  return [status, error?.extensions.code, told.get('www-authenticate'), error?.message];
}

describe('with keys, a request', () => {
  test('without one is UNAUTHENTICATED, from the same machine too, and told how to ask', async (context) => {
    const { gateway } = await start(context);
    const [status, code, challenge, message] = await refusalOf(gateway, {});
    assert.deepEqual([status, code, challenge], [401, 'UNAUTHENTICATED', 'Bearer realm="inferql"']);
    assert.match(String(message), /"Authorization: Bearer <key>" or "X-API-Key: <key>"\.$/);
  });

  test('without one is refused by GET, and before its body is read', async (context) => {
    const { gateway } = await start(context, { maxBodyBytes: 100 });
    const byGet = await fetch(`${gateway.graphqlUrl}?query=${encodeURIComponent(ready)}`, { headers: { 'x-a': 'b' } });
    assert.equal(byGet.status, 401);
    for (const sent of ['no JSON', 'x'.repeat(1000)]) assert.equal((await post(gateway, sent)).status, 401);
  });

  test('with one is answered, in either header', async (context) => {
    const { gateway, keys, noticed } = await start(context);
    const key = await keys.make('predict:*');
    await noticed(key, 200);
    const { data, errors } = await query(gateway, ready, {}, { headers: { 'x-api-key': key.key } });
    assert.deepEqual([data, errors], [{ server: { ready: true } }, []]);
    const { data: predicted } = await query(gateway, '{ predict { m(input: { x: 1 }) { y } } }', {}, key);
    assert.equal(typeof predicted.predict.m.y, 'number');
  });

  test('with one that does not count is told why, where it was given out', async (context) => {
    const { gateway, keys, noticed } = await start(context);
    const key = await keys.make('predict:*');
    await noticed(key, 200);
    for (const [shown, message] of [
      [makeApiKey(), 'The API key is not known here.'],
      [
        key.key.slice(0, -1),
        'The API key is no key of inferql: it was mistyped or cut, for its checksum does not fit.',
      ],
      ['secret', 'The API key is no key of inferql: it was mistyped or cut, for its checksum does not fit.'],
      [key.id, 'The API key is no key of inferql: it was mistyped or cut, for its checksum does not fit.'],
    ] as const) {
      const challenge = 'Bearer realm="inferql", error="invalid_token"';
      for (const headers of [{ authorization: `Bearer ${shown}` }, { 'x-api-key': shown }]) {
        assert.deepEqual(await refusalOf(gateway, headers), [401, 'UNAUTHENTICATED', challenge, message]);
      }
    }
    assert.deepEqual((await refusalOf(gateway, { authorization: 'Basic YTpi' })).slice(0, 2), [401, 'UNAUTHENTICATED']);
  });

  test('to the probes needs none, and is told of the models only with models:read', async (context) => {
    const { gateway, keys, noticed } = await start(context);
    const reader = await keys.make('models:read');
    const user = await keys.make('predict:*');
    await noticed(user, 200);
    const probe = async (headers: Readonly<Record<string, string>> = {}) =>
      (await fetch(`${gateway.url}/readyz`, { headers })).json() as Promise<{ models?: object }>;
    assert.deepEqual(await probe(), { status: 'ready' });
    assert.deepEqual(await probe({ authorization: 'Bearer wrong' }), { status: 'ready' });
    assert.deepEqual(await probe(user.headers), { status: 'ready' });
    assert.deepEqual(Object.keys((await probe(reader.headers)).models ?? {}), ['m']);
    assert.equal((await fetch(`${gateway.url}/healthz`)).status, 200);
  });

  test('for the page of the playground needs none, and its requests do', async (context) => {
    const { gateway } = await start(context, { playground: true });
    const page = await fetch(gateway.url);
    assert.equal(page.status, gateway.log.some(({ message }) => message.includes('not built')) ? 404 : 200);
    assert.equal((await post(gateway, body)).status, 401);
  });
});

describe('keys that change while the server runs', () => {
  test('count as soon as they are made, and no more when they are revoked', async (context) => {
    const { keys, noticed, statusWith } = await start(context);
    const key = await keys.make('predict:*');
    const other = await keys.make('predict:*');
    await noticed(other, 200);
    assert.equal(await statusWith(key), 200);
    await keys.revoke(key);
    await noticed(key, 401);
    assert.equal(await statusWith(other), 200);
  });

  test('stay as they were when the file breaks or goes, and the log says so once', async (context) => {
    const { gateway, keys, noticed, statusWith } = await start(context);
    const key = await keys.make('predict:*');
    await noticed(key, 200);
    const good = await readFile(keys.path, 'utf8');
    const refusals = () => gateway.log.filter(({ level }) => level === 'error');
    for (const [broken, reason] of [
      ['{', /no JSON/],
      ['{"version":1,"keys":[{}]}', /does not fit/],
      [null, /cannot be read \(ENOENT\)/],
    ] as const) {
      const before = refusals().length;
      await keys.replace(broken);
      await waitForLine(gateway.log, ({ level, error }) => level === 'error' && reason.test(String(error)));
      assert.equal(refusals().length, before + 1);
      assert.equal(await statusWith(key), 200);
    }
    await keys.replace(good.replace('"revokedAt": null', '"revokedAt": "2026-01-01T00:00:00Z"'));
    await noticed(key, 401);
  });

  test('are not shown to the log, which names them by id and name', async (context) => {
    const { gateway, keys, noticed } = await start(context);
    const key = await keys.make('predict:*');
    await noticed(key, 200);
    const line = gateway.log.find((each) => each.message === 'request' && each['status'] === 200);
    assert.deepEqual(line?.['caller'], { kind: 'key', id: key.id, name: 'of predict:*' });
    await post(gateway, body, { headers: { 'x-api-key': key.key.slice(0, -1) } });
    const text = JSON.stringify(gateway.log);
    assert.ok(!text.includes(key.key.slice(8, 40)), 'the log has a part of the key');
    assert.ok(!text.includes(key.key.slice(0, -1)), 'the log has a key that was cut');
  });
});

describe('a key that cannot be used at the start', () => {
  for (const [what, text, message] of [
    ['of a file that is not there', null, /keys\.json cannot be read \(ENOENT\)/],
    ['of a file that is none', 'mine', /The keys file is no JSON/],
  ] as const) {
    test(`${what} ends it`, async (context) => {
      const keys = await testKeys(context);
      await keys.replace(text);
      const models = await temporaryFolder(context);
      await assert.rejects(startTestGateway(context, models, { keys: keys.path }), { name: 'AccessError', message });
    });
  }
});
