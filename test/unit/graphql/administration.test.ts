import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { grantOf } from '../../../src/access/grant.ts';
import { anonymous, type Identity } from '../../../src/access/identity.ts';
import { administrationFor } from '../../../src/graphql/admin-scope.ts';
import { needsAcceptance } from '../../../src/graphql/administration.ts';
import { newUsage, type GraphQLServices } from '../../../src/graphql/context.ts';
import { madeUpEntry } from '../../helpers/made-up-models.ts';

describe('a version', () => {
  const model = madeUpEntry('iris', { 1: 'READY', 2: 'HELD', 3: 'FAILED', 4: 'UNLOADED', 5: 'LOADING' });

  test('that is HELD waits to be accepted', () => assert.equal(needsAcceptance(model, 2), true));

  test('that serves does not', () => assert.equal(needsAcceptance(model, 1), false));

  test('that serves, and whose changed files are HELD, does', () => {
    const [ready, held] = model.versions;
    assert.ok(ready !== undefined && held !== undefined);
    assert.equal(needsAcceptance({ ...model, versions: [{ ...ready, update: held.state }] }, 1), true);
  });

  for (const [version, why] of [
    [3, 'FAILED, The file is corrupt.'],
    [4, 'it is UNLOADED.'],
    [5, 'it is LOADING.'],
    [6, 'it is gone.'],
  ] as const) {
    test(`cannot be accepted when ${why}`, () => {
      const message = `Version ${version} of the model "iris" cannot be accepted, for it is not HELD: ${why}`;
      assert.throws(() => needsAcceptance(model, version), { code: 'BAD_USER_INPUT', message });
    });
  }
});

describe('what administrators may do', () => {
  const services = { administration: {} } as GraphQLServices;
  const request = (identity: Identity, isLocal = false) => ({
    requestId: 'one',
    signal: AbortSignal.abort(),
    arrivedAt: 0,
    timeoutMs: null,
    usage: newUsage(),
    caller: { ...identity, isLocal, account: 'test' },
    trace: null,
  });
  const key = (...scopes: string[]): Identity => ({ kind: 'key', id: 'a', name: null, grant: grantOf(scopes) });

  test('is for callers on the same machine, where nobody needs a key', () =>
    assert.equal(administrationFor({ services, request: request(anonymous(true), true) }), services.administration));

  test('is for callers with the scope admin, wherever they are', () =>
    assert.equal(administrationFor({ services, request: request(key('admin')) }), services.administration));

  test('is FORBIDDEN to all others, who are told what it takes', () => {
    const refuse = (identity: Identity, isLocal: boolean, message: RegExp) =>
      assert.throws(() => administrationFor({ services, request: request(identity, isLocal) }), {
        code: 'FORBIDDEN',
        message,
      });
    refuse(anonymous(false), false, /callers on the server's own machine/);
    refuse(key('predict:*', 'models:read'), true, /callers whose key has the scope admin/);
  });
});
