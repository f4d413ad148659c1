import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { createLocalJWKSet, SignJWT } from 'jose';
import { createAuthenticator } from '../../../src/access/authenticator.ts';
import { KeyRing } from '../../../src/access/key-ring.ts';
import { openTokenKeys, type FindKey } from '../../../src/access/token-keys.ts';
import { createTokenVerifier } from '../../../src/access/token-verifier.ts';
import { eventually } from '../../helpers/eventually.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { audience, issuer, tokenIssuer } from '../../helpers/tokens.ts';

const now = Date.parse('2026-01-31T12:00:00Z');
const ada = await tokenIssuer('first', now);

function verifier(find: FindKey = createLocalJWKSet(ada.jwks), algorithms: readonly string[] = ['ES256']) {
  const faults: unknown[] = [];
  const plan = { issuer, audience, algorithms, clockToleranceMs: 5000 };
  return { ...createTokenVerifier(plan, find, (error) => faults.push(error)), faults };
}

const refused = (token: string, message: RegExp, at = now, code = 'UNAUTHENTICATED') =>
  assert.rejects(verifier().identify(token, at), { name: 'GatewayError', code, message });

describe('a token', () => {
  test('says who calls, and what that gives', async () => {
    const { kind, id, name, grant } = await verifier().identify(await ada.token({ scope: 'openid predict:iris' }), now);
    assert.deepEqual([kind, id, name, grant.scopes], ['token', 'ada', null, ['predict:iris']]);
  });

  for (const [what, claims] of [
    ['scope, as a text', { scope: 'models:read  admin' }],
    ['scp, as a list', { scope: null, scp: ['models:read', 'admin'] }],
    ['scp, as a text', { scope: null, scp: 'models:read admin' }],
    ['permissions, as a list', { scope: null, permissions: ['models:read', 7, 'admin', 'other'] }],
    ['the first claim alone', { scope: 'models:read admin', permissions: ['predict:*'] }],
  ] as const) {
    test(`has its scopes in ${what}`, async () => {
      const { grant } = await verifier().identify(await ada.token(claims), now);
      assert.deepEqual(grant.scopes, ['models:read', 'admin']);
    });
  }

  for (const [what, claims] of [
    ['of another issuer', { iss: 'https://other.test/' }],
    ['for somebody else', { aud: 'other' }],
    ['without an issuer', { iss: null }],
    ['without an audience', { aud: null }],
    ['without an end', { exp: null }],
    ['of nobody', { sub: null }],
    ['that is not good yet', { nbf: now / 1000 + 6 }],
  ] as const) {
    test(`${what} does not count`, async () => refused(await ada.token(claims), /claim/));
  }

  test('counts up to its end, and five seconds more for clocks that differ', async () => {
    const token = await ada.token();
    const end = now + 3600_000;
    assert.equal((await verifier().identify(token, end + 4000)).id, 'ada');
    await refused(token, /^The token expired\.$/, end + 6000);
  });

  test('without a scope of ours is FORBIDDEN', async () => {
    for (const claims of [{ scope: 'openid' }, { scope: null }, { scope: 7 }, { scope: '', permissions: ['admin'] }]) {
      await refused(await ada.token(claims), /has no scope of this server/, now, 'FORBIDDEN');
    }
  });

  test('of another key does not count', async () => {
    const eve = await tokenIssuer('first', now);
    await refused(await eve.token(), /signature of the token is wrong/);
    await refused(await (await tokenIssuer('other', now)).token(), /key that its issuer does not have/);
  });

  test('that was changed, or is none, does not count', async () => {
    const [header, payload, signature] = (await ada.token()).split('.');
    const other = Buffer.from('{"sub":"eve"}').toString('base64url');
    await refused(`${header}.${other}.${signature}`, /signature of the token is wrong/);
    for (const text of ['', 'a', 'a.b.c', `${header}.${payload}`, `${header}.${payload}.`, '....']) {
      await refused(text, /./);
    }
  });

  test('without a signature, or signed with the public key as a secret, does not count', async () => {
    const [, payload] = (await ada.token()).split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    await refused(`${none}.${payload}.`, /./);
    const secret = new TextEncoder().encode(JSON.stringify(ada.jwks.keys[0]));
    const claims = { iss: issuer, aud: audience, sub: 'eve', exp: now / 1000 + 60, scope: 'admin' };
    const confused = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'first' }).sign(secret);
    await refused(confused, /algorithm that is not taken here/);
  });

  test('of a good key with another algorithm than is pinned does not count', async () => {
    const rsa = await tokenIssuer('first', now, 'RS256');
    await assert.rejects(verifier(createLocalJWKSet(rsa.jwks)).identify(await rsa.token(), now), {
      code: 'UNAUTHENTICATED',
      message: /algorithm that is not taken here/,
    });
  });
});

describe('keys of tokens in a file', () => {
  test('follow the file, and stay when it breaks', async (context) => {
    const folder = await temporaryFolder(context, { 'jwks.json': JSON.stringify(ada.jwks) });
    const path = join(folder, 'jwks.json');
    const problems: unknown[] = [];
    const keys = await openTokenKeys(
      { kind: 'jwksFile', path },
      { algorithms: ['ES256'], onRefused: (e) => problems.push(e) },
    );
    context.after(() => keys.close());
    const bob = await tokenIssuer('second', now);
    const identify = async (token: string) => verifier(keys.find).identify(token, now);
    assert.equal((await identify(await ada.token())).id, 'ada');
    await writeFile(path, JSON.stringify(bob.jwks));
    const token = await bob.token({ sub: 'bob' });
    await eventually(
      () =>
        identify(token).then(
          ({ id }) => id,
          () => null,
        ),
      (id) => id === 'bob',
    );
    await assert.rejects(identify(await ada.token()), { code: 'UNAUTHENTICATED' });
    await writeFile(path, '{}');
    await eventually(
      async () => await new Promise<number>((resolve) => setImmediate(() => resolve(problems.length))),
      (count) => count > 0,
    );
    assert.equal((await identify(token)).id, 'bob');
  });

  test('are a secret that cannot be guessed', async (context) => {
    const folder = await temporaryFolder(context, { short: 'x'.repeat(31), long: `${'x'.repeat(32)}\n` });
    const open = (name: string, algorithms: readonly string[]) =>
      openTokenKeys({ kind: 'secretFile', path: join(folder, name) }, { algorithms, onRefused: () => assert.fail() });
    await assert.rejects(open('short', ['HS256']), { name: 'AccessError', message: /has 31 bytes; HS256 need 32/ });
    await assert.rejects(open('long', ['HS256', 'HS512']), { message: /has 32 bytes; HS256, HS512 need 64/ });
    const keys = await open('long', ['HS256']);
    context.after(() => keys.close());
    const claims = { iss: issuer, aud: audience, sub: 'ada', exp: now / 1000 + 60, scope: 'admin' };
    const secret = new TextEncoder().encode('x'.repeat(32));
    const token = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(secret);
    assert.equal((await verifier(keys.find, ['HS256']).identify(token, now)).id, 'ada');
    await assert.rejects(verifier(keys.find, ['HS256']).identify(await ada.token(), now), { code: 'UNAUTHENTICATED' });
  });
});

/** A server of keys that the test changes: null breaks it. */
async function keyServer(context: TestContext) {
  const state: { body: unknown; asked: number } = { body: ada.jwks, asked: 0 };
  const server = createServer((_request, response) => {
    state.asked += 1;
    response.writeHead(state.body === null ? 500 : 200).end(JSON.stringify(state.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`);
  const problems: unknown[] = [];
  const open = async () => {
    const keys = await openTokenKeys(
      { kind: 'jwksUrl', url },
      { algorithms: ['ES256'], onRefused: (e) => problems.push(e) },
    );
    context.after(() => keys.close());
    return keys;
  };
  return { state, open, problems };
}

describe('keys of tokens at a URL', () => {
  test('are asked for once, whatever tokens come', async (context) => {
    const { state, open } = await keyServer(context);
    const keys = await open();
    const stranger = await (await tokenIssuer('unknown', now)).token();
    for (let count = 0; count < 10; count += 1) {
      assert.equal((await verifier(keys.find).identify(await ada.token(), now)).id, 'ada');
      await assert.rejects(verifier(keys.find).identify(stranger, now), { code: 'UNAUTHENTICATED' });
    }
    assert.equal(state.asked, 1);
  });

  test('that cannot be had are no fault of the token, and are not asked for with each', async (context) => {
    const { state, open, problems } = await keyServer(context);
    state.body = null;
    const { find } = await open();
    const { identify, faults } = verifier(find);
    for (let count = 0; count < 5; count += 1) {
      await assert.rejects(identify(await ada.token(), now), { code: 'AUTHENTICATION_UNAVAILABLE' });
    }
    assert.equal(state.asked, 1);
    assert.equal(faults.length, 1);
    assert.equal(problems.length, 1);
  });
});

describe('a request shows who calls', () => {
  const ring = new KeyRing([]);
  const identify = (credentials: { authorization?: string; apiKey?: string }, isWithKeys = true) =>
    createAuthenticator({ keys: () => (isWithKeys ? ring : null), tokens: verifier(), now: () => now }).identify(
      credentials,
    );
  const fails = (credentials: { authorization?: string; apiKey?: string }, message: RegExp, isWithKeys = true) =>
    assert.rejects(identify(credentials, isWithKeys), { code: 'UNAUTHENTICATED', message });

  test('by a bearer token, however the word is written', async () => {
    const token = await ada.token();
    for (const word of ['Bearer', 'bearer', 'BEARER  ']) {
      assert.equal((await identify({ authorization: `${word} ${token}` })).id, 'ada');
    }
  });

  test('and is told how, where it shows nothing that can be read', async () => {
    await fails(
      {},
      /shows no key: send "Authorization: Bearer <key>" or "X-API-Key: <key>", or "Authorization: Bearer <token>"/,
    );
    for (const authorization of ['', 'Bearer', 'Basic abc', 'Bearer a b', `Bearer${await ada.token()}`]) {
      await fails({ authorization }, /no bearer token/);
    }
  });

  test('and not twice, unless it is the same', async () => {
    await fails({ authorization: 'Bearer inferql_a', apiKey: 'inferql_b' }, /two different keys/);
    await fails({ authorization: 'Bearer inferql_a', apiKey: 'inferql_a' }, /mistyped or cut/);
    await fails({ authorization: 'Basic abc', apiKey: 'inferql_a' }, /mistyped or cut/);
  });

  test('by no key where none are taken, and by no token as a key', async () => {
    await fails({ authorization: 'Bearer inferql_a' }, /API keys are not taken here/, false);
    await fails({ apiKey: await ada.token() }, /no key of inferql/);
  });
});
