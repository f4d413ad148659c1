import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { digestOf, makeApiKey } from '../../../src/access/api-key.ts';
import { KeyRing } from '../../../src/access/key-ring.ts';
import type { KeptKey } from '../../../src/access/keys-file.ts';

const expiresAt = '2026-02-01T00:00:00.000Z';
const expiryMs = Date.parse(expiresAt);

function makeKey(facts: Partial<KeptKey> = {}) {
  const key = makeApiKey();
  const sha256 = digestOf(key).toString('hex');
  const createdAt = '2026-01-01T00:00:00.000Z';
  const kept = {
    id: sha256.slice(0, 12),
    name: 'ci',
    sha256,
    scopes: ['predict:iris'],
    createdAt,
    expiresAt,
    revokedAt: null,
  };
  return { key, kept: { ...kept, ...facts } };
}

const good = makeKey();
const lasting = makeKey({ expiresAt: null, name: null });
const revoked = makeKey({ revokedAt: '2026-01-02T00:00:00.000Z' });
const ring = new KeyRing([good, lasting, revoked].map(({ kept }) => kept));

function refused(key: string, message: RegExp, now = expiryMs - 1): void {
  assert.throws(() => ring.identify(key, now), { name: 'GatewayError', code: 'UNAUTHENTICATED', message });
}

describe('a ring of keys', () => {
  test('knows whose key it is, and what it gives', () => {
    const { kind, id, name, grant } = ring.identify(good.key, expiryMs - 1);
    assert.deepEqual([kind, id, name, grant.scopes], ['key', good.kept.id, 'ci', ['predict:iris']]);
    assert.equal(ring.identify(lasting.key, Number.MAX_SAFE_INTEGER).name, null);
  });

  test('takes a key up to the moment in which it expires', () =>
    refused(good.key, /^The API key expired at 2026-02-01T00:00:00.000Z\.$/, expiryMs));

  test('takes no key that was revoked', () => refused(revoked.key, /^The API key was revoked\.$/));

  test('takes no key that nobody was given', () => refused(makeApiKey(), /^The API key is not known here\.$/));

  test('tells a key that was mistyped', () => {
    refused(`${good.key.slice(0, -1)}!`, /mistyped or cut/);
    refused('secret', /mistyped or cut/);
  });

  test('takes no hash for a key: whoever reads the file cannot call', () =>
    refused(good.kept.sha256, /mistyped or cut/));

  test('without keys takes none', () => {
    assert.throws(() => new KeyRing([]).identify(good.key, 0), { code: 'UNAUTHENTICATED' });
  });
});
