import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';
import { exposures, isLoopbackHost, planAccess } from '../../../src/access/access-plan.ts';
import { compileOptions, type SettingName } from '../../../src/config/options.ts';

type Settings = Partial<Record<SettingName, unknown>>;

const plan = (settings: Settings) => planAccess(compileOptions(settings, {}));
const tokens = { jwtIssuer: 'https://issuer.test/', jwtAudience: 'inferql', jwtJwks: 'https://issuer.test/jwks' };

function refused(settings: Settings, message: RegExp): void {
  assert.throws(() => plan(settings), { name: 'OptionsError', message });
}

describe('a server without keys', () => {
  for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost', 'LOCALHOST']) {
    test(`may listen on ${host}`, () => {
      assert.ok(isLoopbackHost(host));
      assert.deepEqual(plan({ host }), { kind: 'open' });
    });
  }

  for (const host of [
    '0.0.0.0',
    '::',
    '10.0.0.1',
    'example.org',
    '127.example.org',
    'localhost.example.org',
    '1127.0.0.1',
  ]) {
    test(`may not listen on ${host}, unless somebody says that everybody may call`, () => {
      refused({ host }, /is reached by other machines.*inferql key create.*--allow-anonymous/);
      assert.deepEqual(plan({ host, allowAnonymous: true }), { kind: 'open' });
    });
  }
});

describe('a server with keys', () => {
  test('may listen anywhere', () => {
    assert.deepEqual(plan({ host: '0.0.0.0', keys: 'keys.json' }), {
      kind: 'guarded',
      keysFile: resolve('keys.json'),
      tokens: null,
    });
  });

  test('does not let everybody in as well', () => {
    refused({ keys: 'keys.json', allowAnonymous: 'true' }, /leave one out/);
    refused({ ...tokens, allowAnonymous: true }, /leave one out/);
  });
});

describe('tokens', () => {
  test('are taken of one issuer, for one audience, signed with algorithms of public keys', () => {
    const made = plan({ host: '0.0.0.0', ...tokens });
    assert.ok(made.kind === 'guarded' && made.tokens !== null);
    const { issuer, audience, algorithms, source, clockToleranceMs } = made.tokens;
    assert.deepEqual([issuer, audience, clockToleranceMs], ['https://issuer.test/', 'inferql', 5000]);
    assert.ok(algorithms.includes('ES256') && !algorithms.some((name) => name.startsWith('HS') || name === 'none'));
    assert.deepEqual(source, { kind: 'jwksUrl', url: new URL('https://issuer.test/jwks') });
  });

  test('are verified with a file of public keys, or with a secret', () => {
    const sourceOf = (settings: Settings) => {
      const made = plan({ ...tokens, jwtJwks: undefined, ...settings });
      assert.ok(made.kind === 'guarded' && made.tokens !== null);
      return [made.tokens.source, made.tokens.algorithms.slice(0, 2)];
    };
    assert.deepEqual(sourceOf({ jwtJwks: 'jwks.json' })[0], { kind: 'jwksFile', path: resolve('jwks.json') });
    assert.deepEqual(sourceOf({ jwtSecretFile: 'secret' }), [
      { kind: 'secretFile', path: resolve('secret') },
      ['HS256'],
    ]);
    assert.deepEqual(sourceOf({ jwtJwks: 'a.json', jwtAlgorithms: 'ES256, EdDSA' })[1], ['ES256', 'EdDSA']);
  });

  for (const [what, settings, message] of [
    ['without an issuer', { ...tokens, jwtIssuer: undefined }, /set --jwt-issuer/],
    ['without an audience', { ...tokens, jwtAudience: undefined }, /set --jwt-audience/],
    ['without keys', { ...tokens, jwtJwks: undefined }, /set --jwt-jwks or --jwt-secret-file/],
    ['with algorithms alone', { jwtAlgorithms: 'ES256' }, /set --jwt-jwks or --jwt-secret-file/],
    ['with public keys and a secret', { ...tokens, jwtSecretFile: 'secret' }, /are both set/],
    ['with keys by http from elsewhere', { ...tokens, jwtJwks: 'http://issuer.test/jwks' }, /give an https URL/],
    ['with a URL that is none', { ...tokens, jwtJwks: 'https://' }, /is no URL/],
    ['with the algorithm of a secret and public keys', { ...tokens, jwtAlgorithms: 'ES256,HS256' }, /got "HS256"/],
    ['without signatures', { ...tokens, jwtAlgorithms: 'none' }, /got "none"/],
    [
      'with the algorithm of public keys and a secret',
      { ...tokens, jwtJwks: undefined, jwtSecretFile: 'secret', jwtAlgorithms: 'RS256' },
      /got "RS256"/,
    ],
  ] as const) {
    test(`are not taken ${what}`, () => refused(settings, message));
  }

  test('may have their keys by http from this machine', () => {
    for (const url of ['http://127.0.0.1:1/jwks', 'http://localhost/jwks', 'http://[::1]:1/jwks']) {
      assert.equal(plan({ ...tokens, jwtJwks: url }).kind, 'guarded');
    }
  });
});

describe('an operator is told', () => {
  const hints = (settings: Settings) => {
    const options = compileOptions(settings, {});
    return exposures(planAccess(options), options);
  };

  test('nothing of a server that only its own machine reaches', () => assert.deepEqual(hints({}), []));

  test('that everybody may call, and that nothing is encrypted', () => {
    assert.equal(hints({ host: '::', allowAnonymous: true }).length, 2);
    assert.match(hints({ host: '::', keys: 'a' }).join(), /in the clear/);
    assert.deepEqual(hints({ host: '::', keys: 'a', tlsCert: 'c', tlsKey: 'd' }), []);
  });

  test('that metrics are shown to other machines', () => {
    assert.deepEqual(hints({ metricsPort: 9464 }), []);
    assert.deepEqual(hints({ metricsPort: 9464, metricsHost: '0.0.0.0' }), [
      'Everybody who reaches 0.0.0.0, port 9464, may read the metrics: --metrics-host.',
    ]);
  });
});
