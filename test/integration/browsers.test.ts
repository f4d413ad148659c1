import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { readAnswer } from '../helpers/error-form.ts';
import { testKeys } from '../helpers/keys.ts';
import { post, shippedModels, startTestGateway } from '../helpers/gateway.ts';

const app = 'https://app.example.com';
const local = 'http://localhost:5173';
const closed = await startTestGateway({ after }, shippedModels);
const open = await startTestGateway({ after }, shippedModels, { corsOrigins: `${app}, ${local}` });
const body = JSON.stringify({ query: '{ __typename }' });

const preflight = (graphqlUrl: string, origin: string) =>
  fetch(graphqlUrl, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });
const corsHeaders = (headers: Headers) => [...headers.keys()].filter((name) => name.startsWith('access-control-'));

describe('a page of an origin that is allowed', () => {
  for (const origin of [app, local]) {
    test(`${origin} is let in by the preflight`, async () => {
      const { status, headers } = await preflight(open.graphqlUrl, origin);
      assert.equal(status, 204);
      assert.equal(headers.get('access-control-allow-origin'), origin);
      assert.equal(headers.get('access-control-allow-methods'), 'GET, POST');
      assert.equal(headers.get('access-control-allow-headers'), 'authorization,content-type');
      assert.match(headers.get('vary') ?? '', /origin/i);
    });
  }

  test('reads answers and their headers, without credentials of the browser', async () => {
    const { status, headers } = await post(open, body, { headers: { origin: app } });
    assert.equal(status, 200);
    assert.equal(headers.get('access-control-allow-origin'), app);
    assert.match(headers.get('access-control-expose-headers') ?? '', /x-request-id/);
    assert.equal(headers.get('access-control-allow-credentials'), null);
    assert.match(headers.get('vary') ?? '', /origin/i);
  });

  test('reads errors too', async () => {
    const { status, headers } = await post(open, '{', { headers: { origin: app } });
    assert.equal(status, 400);
    assert.equal(headers.get('access-control-allow-origin'), app);
  });
});

describe('a page of an origin that is allowed, where callers need a key', async () => {
  const keys = await testKeys({ after });
  const guarded = await startTestGateway({ after }, shippedModels, { corsOrigins: app, keys: keys.path });

  test('is let in by the preflight, which carries no key', async () => {
    assert.equal((await preflight(guarded.graphqlUrl, app)).status, 204);
  });

  test('can read that the key is missing', async () => {
    const { status, headers } = await post(guarded, body, { headers: { origin: app } });
    assert.deepEqual([status, headers.get('access-control-allow-origin')], [401, app]);
  });
});

test('a page of an origin that is allowed is no administrator for the browser it is in', async () => {
  const mutation = JSON.stringify({ query: 'mutation { rescanRepository { name } }' });
  const { errors } = await readAnswer(await post(open, mutation, { headers: { origin: app } }));
  assert.equal(errors[0]?.extensions.code, 'FORBIDDEN');
});

describe('a page of another origin', () => {
  for (const origin of [
    'https://evil.example',
    'http://app.example.com',
    `${app}.evil.example`,
    `${app}:8443`,
    app.toUpperCase(),
    `${app}/`,
    'null',
  ]) {
    test(`${origin} is let in neither by the preflight nor by an answer`, async () => {
      assert.equal((await preflight(open.graphqlUrl, origin)).headers.get('access-control-allow-origin'), null);
      const { headers } = await post(open, body, { headers: { origin } });
      assert.equal(headers.get('access-control-allow-origin'), null);
    });
  }

  test('gets nothing where no origins are set', async () => {
    assert.deepEqual(corsHeaders((await post(closed, body, { headers: { origin: app } })).headers), []);
    const response = await preflight(closed.graphqlUrl, app);
    assert.equal(response.status, 405);
    assert.deepEqual(corsHeaders(response.headers), []);
  });
});

describe('a request that browsers send to other sites without asking', () => {
  for (const type of [
    'text/plain',
    'text/plain; charset=utf-8',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
  ]) {
    test(`with the content type ${type} is refused`, async () => {
      for (const gateway of [closed, open]) {
        const { status, errors } = await readAnswer(
          await post(gateway, body, { headers: { 'content-type': type, origin: app } }),
        );
        assert.equal(status, 400);
        assert.match(errors[0]?.message ?? '', /Cross-Site Request Forgery/);
      }
    });
  }

  test('by GET is refused, and answered with a header that needs a preflight', async () => {
    const url = `${open.graphqlUrl}?query={__typename}`;
    const { status, errors } = await readAnswer(await fetch(url));
    assert.deepEqual([status, errors[0]?.extensions.code], [400, 'BAD_REQUEST']);
    const answer = await readAnswer(await fetch(url, { headers: { 'apollo-require-preflight': 'yes' } }));
    assert.deepEqual(answer.data, { __typename: 'Query' });
  });
});

describe('every answer', () => {
  for (const [what, path, init] of [
    ['of the API', '/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body }],
    ['that is an error', '/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' }],
    ['of a probe', '/healthz', {}],
    ['for a path that there is not', '/nothing', {}],
  ] as const) {
    test(`${what} is data, and no page in a frame`, async () => {
      const { headers } = await fetch(`${closed.url}${path}`, init);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('content-security-policy'), "default-src 'none'; frame-ancestors 'none'");
      assert.equal(headers.get('x-frame-options'), 'DENY');
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
      assert.equal(headers.get('cache-control'), 'no-store');
      assert.equal(headers.get('strict-transport-security'), null);
    });
  }
});
