import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accountOf } from '../../../src/access/budgets/account.ts';
import { grantOf } from '../../../src/access/grant.ts';
import type { Identity } from '../../../src/access/identity.ts';
import { callerOf } from '../../../src/http/caller.ts';

/** Whether a request counts as local; by default one that does. */
function isLocal(remoteAddress: string | undefined = '127.0.0.1', headers: Readonly<Record<string, string>> = {}) {
  return callerOf({ socket: { remoteAddress }, headers: { host: 'localhost:4000', ...headers } }, null).isLocal;
}

describe('a request is local', () => {
  for (const address of ['127.0.0.1', '127.255.3.4', '::1', '::ffff:127.0.0.1', '::FFFF:127.1.2.3']) {
    test(`from ${address}`, () => assert.equal(isLocal(address), true));
  }

  for (const host of ['localhost', 'LOCALHOST:80', '127.0.0.1:4000', '127.9.9.9', '[::1]', '[::1]:4000']) {
    test(`to ${host}`, () => assert.equal(isLocal('::1', { host }), true));
  }
});

describe('a request is local', () => {
  for (const origin of ['http://localhost:4000', 'https://LOCALHOST:4000']) {
    test(`from a page of its own at ${origin}`, () => assert.equal(isLocal('127.0.0.1', { origin }), true));
  }
});

describe('a request is not local', () => {
  for (const origin of [
    'https://app.example.com',
    'http://localhost',
    'http://localhost:40001',
    'null',
    '',
    'localhost:4000',
  ]) {
    test(`from a page of another origin, ${origin === '' ? 'an empty one' : origin}`, () =>
      assert.equal(isLocal('127.0.0.1', { origin }), false));
  }

  for (const address of [
    undefined,
    '',
    '10.0.0.1',
    '128.0.0.1',
    '172.17.0.1',
    '::',
    '::2',
    '::ffff:10.127.0.1',
    'fe80::1',
    '1127.0.0.1',
    '127.0.0.1.example.org',
    '::1%lo',
  ]) {
    test(`from ${address ?? 'a socket without an address'}`, () => {
      assert.equal(
        callerOf({ socket: { remoteAddress: address }, headers: { host: 'localhost' } }, null).isLocal,
        false,
      );
    });
  }

  for (const [name, value] of [
    ['forwarded', 'for=192.0.2.1'],
    ['via', '1.1 proxy'],
    ['x-real-ip', '192.0.2.1'],
    ['x-forwarded-for', '127.0.0.1'],
    ['x-forwarded-host', ''],
    ['x-forwarded-proto', 'https'],
  ] as const) {
    test(`with the header ${name}, which a proxy sends`, () =>
      assert.equal(isLocal('127.0.0.1', { [name]: value }), false));
  }

  for (const host of ['', 'example.org', 'localhost.example.org:4000', '127.0.0.1.example.org', '10.0.0.1', '[::2]']) {
    test(`to ${host === '' ? 'no host' : host}, which a page on the web can have resolve to this machine`, () =>
      assert.equal(isLocal('127.0.0.1', { host }), false));
  }
});

describe('a caller', () => {
  const here = { socket: { remoteAddress: '127.0.0.1' }, headers: { host: 'localhost' } };
  const elsewhere = { socket: { remoteAddress: '192.0.2.7' }, headers: { host: 'localhost' } };

  test('who needs to show nothing may use and see every model, and is an administrator on the same machine alone', () => {
    for (const [facts, isAdmin] of [
      [here, true],
      [elsewhere, false],
    ] as const) {
      const { kind, id, grant } = callerOf(facts, null);
      assert.deepEqual(
        [kind, id, grant.isAdmin, grant.readsModels, grant.view],
        ['anonymous', null, isAdmin, true, null],
      );
      assert.equal(grant.mayPredict('iris'), true);
    }
  });

  test('who showed a key has what the key gives, and nothing more on the same machine', () => {
    const identity: Identity = { kind: 'key', id: 'a', name: 'ci', grant: grantOf(['predict:iris']) };
    assert.deepEqual(callerOf(here, identity), {
      ...identity,
      isLocal: true,
      account: accountOf(identity, undefined),
    });
    assert.equal(callerOf(here, identity).grant.isAdmin, false);
  });
});
