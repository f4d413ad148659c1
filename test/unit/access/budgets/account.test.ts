import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accountOf } from '../../../../src/access/budgets/account.ts';
import { grantOf } from '../../../../src/access/grant.ts';
import { anonymous } from '../../../../src/access/identity.ts';

const named = (kind: 'key' | 'token', id: string) => ({ kind, id, name: 'a name', grant: grantOf(['predict:*']) });

describe('what a caller asks for goes on the account', () => {
  test('of its key, or of the subject of its token, wherever it calls from', () => {
    assert.equal(accountOf(named('key', 'ada'), '192.0.2.1'), 'key:ada');
    assert.equal(accountOf(named('token', 'ada'), '192.0.2.2'), 'token:ada');
  });

  test('of a subject of any length, which is kept short', () => {
    const [one, other] = ['a', 'b'].map((end) => accountOf(named('token', 'x'.repeat(10_000) + end), undefined));
    assert.notEqual(one, other);
    assert.equal(one?.length, 'token:'.length + 64);
  });

  for (const [address, account] of [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::7', '2001:db8:1:2::/64'],
    ['2001:db8::7', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    [undefined, 'unknown'],
  ] as const) {
    test(`of its address without a key: of ${account} for ${address ?? 'none'}`, () =>
      assert.equal(accountOf(anonymous(false), address), `address:${account}`));
  }
});
