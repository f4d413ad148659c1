import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { readAnswer } from '../../helpers/error-form.ts';
import { post, query, startTestGateway } from '../../helpers/gateway.ts';
import { testKeys } from '../../helpers/keys.ts';
import { affineModel } from '../../helpers/onnx-models.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { audience, issuer, tokenIssuer } from '../../helpers/tokens.ts';

/** A gateway that takes the tokens of an issuer whose keys a server on this machine gives out. */
async function start(context: TestContext, settings: Readonly<Record<string, unknown>> = {}) {
  const ada = await tokenIssuer();
  const state = { isBroken: false };
  const server = createServer((_request, response) => {
    response.writeHead(state.isBroken ? 500 : 200).end(JSON.stringify(ada.jwks));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  const jwtJwks = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
  const models = await temporaryFolder(context, {
    'm/1/model.onnx': affineModel({ width: 1 }),
    'hidden/1/model.onnx': affineModel({ width: 1 }),
  });
  const open = () =>
    startTestGateway(context, models, { jwtIssuer: issuer, jwtAudience: audience, jwtJwks, ...settings });
  return { ada, state, open };
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe('with tokens, a request', () => {
  test('with one is answered, as far as its scopes go, and is logged under its subject', async (context) => {
    const { ada, open } = await start(context);
    const gateway = await open();
    const token = await ada.token({ scope: 'openid predict:m' });
    const { data } = await query(
      gateway,
      '{ models { name } predict { m(input: { x: 1 }) { y } } }',
      {},
      bearer(token),
    );
    assert.deepEqual(data.models, [{ name: 'm' }]);
    const { status } = await query(gateway, '{ predict { hidden(input: { x: 1 }) { y } } }', {}, bearer(token));
    assert.equal(status, 403);
    const line = gateway.log.find(({ message }) => message === 'request');
    assert.deepEqual(line?.['caller'], { kind: 'token', id: 'ada' });
    assert.ok(!JSON.stringify(gateway.log).includes(token.slice(-40)));
  });

  test('without one, or with one that does not count, is refused', async (context) => {
    const { ada, open } = await start(context);
    const gateway = await open();
    const eve = await tokenIssuer();
    for (const [headers, status, code, challenge] of [
      [{}, 401, 'UNAUTHENTICATED', 'Bearer realm="inferql"'],
      [bearer('a.b.c').headers, 401, 'UNAUTHENTICATED', 'Bearer realm="inferql", error="invalid_token"'],
      [bearer(await eve.token()).headers, 401, 'UNAUTHENTICATED', 'Bearer realm="inferql", error="invalid_token"'],
      [
        bearer(await ada.token({ exp: 1 })).headers,
        401,
        'UNAUTHENTICATED',
        'Bearer realm="inferql", error="invalid_token"',
      ],
      [
        bearer(await ada.token({ scope: 'openid' })).headers,
        403,
        'FORBIDDEN',
        'Bearer realm="inferql", error="insufficient_scope"',
      ],
      [{ 'x-api-key': await ada.token() }, 401, 'UNAUTHENTICATED', 'Bearer realm="inferql", error="invalid_token"'],
    ] as const) {
      const body = JSON.stringify({ query: '{ server { ready } }' });
      const answer = await readAnswer(await post(gateway, body, { headers }));
      const told = [answer.status, answer.errors[0]?.extensions.code, answer.headers.get('www-authenticate')];
      assert.deepEqual(told, [status, code, challenge]);
    }
  });

  test('is UNAVAILABLE while the keys cannot be had, which may pass', async (context) => {
    const { ada, open, state } = await start(context);
    state.isBroken = true;
    const gateway = await open();
    const { status, errors } = await query(gateway, '{ server { ready } }', {}, bearer(await ada.token()));
    assert.deepEqual(
      [status, errors[0]?.extensions.code, errors[0]?.extensions.retryable],
      [503, 'AUTHENTICATION_UNAVAILABLE', true],
    );
    assert.ok(gateway.log.some(({ level, error }) => level === 'error' && /answered 500/.test(String(error))));
  });

  test('may have a key in its place, where both are taken', async (context) => {
    const keys = await testKeys(context);
    const key = await keys.make('predict:hidden');
    const { ada, open } = await start(context, { keys: keys.path });
    const gateway = await open();
    const names = async (init: RequestInit) => (await query(gateway, '{ models { name } }', {}, init)).data.models;
    assert.deepEqual(await names(key), [{ name: 'hidden' }]);
    assert.deepEqual(await names(bearer(await ada.token({ scope: 'predict:m' }))), [{ name: 'm' }]);
  });
});
