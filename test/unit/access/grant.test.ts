import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { grantOf, isScope } from '../../../src/access/grant.ts';
import { anonymous } from '../../../src/access/identity.ts';

/** What scopes give, of the models iris and spam. */
function givenBy(...scopes: string[]) {
  const { isAdmin, readsModels, view, mayPredict, maySee } = grantOf(scopes);
  const models = ['iris', 'spam'];
  return { isAdmin, readsModels, view, uses: models.filter(mayPredict), sees: models.filter(maySee) };
}

describe('the scopes', () => {
  test('predict:<glob> gives the use and the sight of the models that it means', () => {
    assert.deepEqual(givenBy('predict:ir*'), {
      isAdmin: false,
      readsModels: false,
      view: 'ir*',
      uses: ['iris'],
      sees: ['iris'],
    });
  });

  test('predict:* gives every model, and not what models:read gives', () => {
    assert.deepEqual(givenBy('predict:*'), {
      isAdmin: false,
      readsModels: false,
      view: null,
      uses: ['iris', 'spam'],
      sees: ['iris', 'spam'],
    });
  });

  test('models:read gives the sight of every model, and the use of none', () => {
    assert.deepEqual(givenBy('models:read'), {
      isAdmin: false,
      readsModels: true,
      view: null,
      uses: [],
      sees: ['iris', 'spam'],
    });
  });

  test('add up', () => {
    const { uses, sees, view } = givenBy('predict:iris', 'models:read');
    assert.deepEqual([uses, sees, view], [['iris'], ['iris', 'spam'], null]);
    assert.deepEqual(givenBy('predict:x', 'predict:iris').uses, ['iris']);
  });

  test('admin gives everything', () => {
    const given = givenBy('admin');
    assert.deepEqual([given.isAdmin, given.readsModels, given.view, given.uses], [true, true, null, ['iris', 'spam']]);
  });

  test('none give nothing', () => assert.deepEqual(givenBy().sees, []));

  test('make the same view in whatever order they are', () => {
    assert.equal(givenBy('predict:a', 'predict:b').view, givenBy('predict:b', 'predict:a', 'predict:b').view);
    assert.notEqual(givenBy('predict:a').view, givenBy('predict:b').view);
  });

  test('are these, and what tokens carry beside them is none', () => {
    for (const scope of ['admin', 'models:read', 'predict:*', 'predict:iris']) assert.ok(isScope(scope), scope);
    for (const scope of ['', 'openid', 'ADMIN', 'models:write', 'predict', 'predict:', 'predict:a b', ' admin']) {
      assert.ok(!isScope(scope), scope);
    }
  });
});

test('whoever needs no key may use every model, and administer on the same machine', () => {
  assert.deepEqual([anonymous(true).grant.isAdmin, anonymous(false).grant.isAdmin], [true, false]);
  assert.equal(anonymous(false).grant.mayPredict('iris'), true);
  assert.equal(anonymous(false).grant.readsModels, true);
});
