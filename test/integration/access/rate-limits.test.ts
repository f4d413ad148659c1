import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { readAnswer } from '../../helpers/error-form.ts';
import { eventually } from '../../helpers/eventually.ts';
import { callsOf, post, query, startTestGateway, type TestGateway } from '../../helpers/gateway.ts';
import { testKeys } from '../../helpers/keys.ts';
import { identityModel } from '../../helpers/onnx-models.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const batch = 'query ($inputs: [MInput!]!) { predict { mBatch(inputs: $inputs) { y } } }';
/** An operation that costs as much: a row and its field cost 1.1. */
const costing = (cost: number) => ({
  query: batch,
  variables: { inputs: Array.from({ length: Math.floor((cost - 0.1) / 1.1) }, () => ({ x: 1 })) },
});

async function start(context: TestContext, settings: Readonly<Record<string, unknown>> = {}): Promise<TestGateway> {
  const models = await temporaryFolder(context, { 'm/1/model.onnx': identityModel('FP32', ['N', 1]) });
  return await startTestGateway(context, models, { rateLimitCost: 100, rateLimitWindowSeconds: 3600, ...settings });
}

const send = async (gateway: TestGateway, body: object, headers: Readonly<Record<string, string>> = {}) =>
  readAnswer(await post(gateway, JSON.stringify(body), { headers }));

const leftOf = (headers: Headers) => Number(/^"cost";r=(\d+);t=\d+$/.exec(headers.get('ratelimit') ?? '')?.[1] ?? NaN);

describe('a caller', () => {
  test('is told its budget with each answer, and none without a limit', async (context) => {
    const gateway = await start(context);
    const { headers } = await send(gateway, costing(40));
    assert.equal(headers.get('ratelimit-policy'), '"cost";q=100;w=3600');
    assert.match(headers.get('ratelimit') ?? '', /^"cost";r=60;t=3(?:600|59\d)$/);
    assert.equal(headers.get('retry-after'), null);
    const unlimited = await start(context, { rateLimitCost: undefined });
    const free = await send(unlimited, costing(40));
    assert.deepEqual([free.headers.get('ratelimit'), free.headers.get('ratelimit-policy')], [null, null]);
  });

  test('who has used up its budget is RATE_LIMITED with 429, and nothing runs', async (context) => {
    const gateway = await start(context);
    await send(gateway, costing(40));
    await send(gateway, costing(40));
    const before = callsOf(gateway, 'm').length;
    const { status, headers, errors, data } = await send(gateway, costing(40));
    const [error] = errors;
    assert.deepEqual(
      [status, data, error?.extensions.code, error?.extensions.retryable],
      [429, undefined, 'RATE_LIMITED', true],
    );
    assert.deepEqual(error?.extensions.details, { limit: 100, windowSeconds: 3600, remaining: 20, received: 40 });
    const retryAfterMs = error?.extensions.retryAfterMs ?? 0;
    assert.ok(retryAfterMs > 3_500_000 && retryAfterMs <= 3_600_000, String(retryAfterMs));
    const retryAfter = Number(headers.get('retry-after'));
    assert.ok(Number.isInteger(retryAfter) && retryAfter * 1000 >= retryAfterMs, String(retryAfter));
    assert.equal(callsOf(gateway, 'm').length, before);
    // What was refused took nothing, and less is still granted.
    const less = await send(gateway, costing(20));
    assert.deepEqual([less.status, leftOf(less.headers)], [200, 0]);
  });

  test('has a whole budget again when the window ends', async (context) => {
    const gateway = await start(context, { rateLimitWindowSeconds: 1 });
    await send(gateway, costing(100));
    const { status } = await eventually(
      () => send(gateway, costing(100)),
      (answer) => answer.status !== 429,
    );
    assert.equal(status, 200);
  });

  test('whose operation costs more than a whole budget is told so, and not to try again', async (context) => {
    const gateway = await start(context);
    const { status, headers, errors } = await send(gateway, costing(101));
    const [error] = errors;
    assert.deepEqual([status, error?.extensions.code, error?.extensions.retryable], [400, 'QUERY_TOO_COMPLEX', false]);
    assert.deepEqual(error?.extensions.details, { limit: 100, received: 101 });
    assert.match(error?.message ?? '', /^The operation costs 101; the whole budget of a caller is 100 in 3600 s\./);
    assert.equal(headers.get('retry-after'), null);
  });

  test('pays for each operation of an array, and gets what there is enough for', async (context) => {
    const gateway = await start(context);
    const before = callsOf(gateway, 'm').length;
    const response = await post(gateway, JSON.stringify([costing(40), costing(40), costing(40), costing(15)]));
    const answers = (await response.json()) as readonly { readonly data?: object; readonly errors?: readonly any[] }[];
    assert.deepEqual(
      answers.map(({ data, errors }) => data !== undefined || errors?.[0]?.extensions.code),
      [true, true, 'RATE_LIMITED', true],
    );
    assert.equal(response.status, 429);
    assert.equal(leftOf(response.headers), 5);
    assert.match(response.headers.get('retry-after') ?? '', /^\d+$/);
    const rows = callsOf(gateway, 'm')
      .slice(before)
      .reduce((total, call) => total + Number(call['batchSize']), 0);
    assert.equal(rows, 36 + 36 + 13);
  });

  test('by GET pays as well, and what is no valid document costs nothing', async (context) => {
    const gateway = await start(context);
    const search = `query=${encodeURIComponent('{ models { name } }')}`;
    const byGet = await fetch(`${gateway.graphqlUrl}?${search}`, { headers: { 'apollo-require-preflight': 'yes' } });
    assert.equal(leftOf(byGet.headers), 99);
    for (const document of ['{', '{ nothing }']) {
      const { headers } = await send(gateway, { query: document });
      assert.deepEqual([headers.get('ratelimit'), headers.get('ratelimit-policy')], [null, '"cost";q=100;w=3600']);
    }
    assert.equal(leftOf((await send(gateway, costing(15))).headers), 84);
  });
});

describe('the budget', () => {
  test('is that of the key, wherever it calls from', async (context) => {
    const keys = await testKeys(context);
    const [one, other] = [await keys.make('predict:*'), await keys.make('predict:*')];
    const gateway = await start(context, { keys: keys.path });
    assert.equal((await send(gateway, costing(100), one.headers)).status, 200);
    assert.equal((await send(gateway, costing(15), { 'x-api-key': one.key })).status, 429);
    assert.equal(leftOf((await send(gateway, costing(40), other.headers)).headers), 60);
    // Who shows no key is refused before anything is counted.
    assert.equal((await send(gateway, costing(40))).status, 401);
  });

  test('that is used up keeps no administrator from the mutations', async (context) => {
    const keys = await testKeys(context);
    const admin = await keys.make('admin');
    const gateway = await start(context, { keys: keys.path });
    assert.equal((await send(gateway, costing(100), admin.headers)).status, 200);
    assert.equal((await send(gateway, costing(15), admin.headers)).status, 429);
    const { status, data, errors } = await query(
      gateway,
      'mutation { unloadModel(model: "m") { __typename } }',
      {},
      admin,
    );
    assert.deepEqual([status, errors], [200, []]);
    assert.notEqual(data.unloadModel, null);
  });

  test('does not follow from what a request says of its address', async (context) => {
    const gateway = await start(context);
    await send(gateway, costing(100), { 'x-forwarded-for': '192.0.2.1' });
    assert.equal((await send(gateway, costing(15), { 'x-forwarded-for': '192.0.2.2' })).status, 429);
  });

  test('may be read by pages of origins that are let in', async (context) => {
    const origin = 'https://app.example.com';
    const gateway = await start(context, { corsOrigins: origin });
    const { headers } = await send(gateway, costing(15), { origin });
    assert.match(headers.get('access-control-expose-headers') ?? '', /retry-after, ratelimit, ratelimit-policy/);
  });
});
