import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { requestTimeout } from '../../../src/http/request-timeout.ts';

describe('how long a client waits', () => {
  test('is what its header says, in milliseconds', () => {
    assert.equal(requestTimeout('250'), 250);
    assert.equal(requestTimeout('999999999999'), 999_999_999_999);
  });

  test('is not known without the header', () => assert.equal(requestTimeout(undefined), null));

  for (const header of ['0', '-5', '1.5', '1e3', '0x10', '', ' ', 'soon', '250ms', '250, 100', '9'.repeat(400)]) {
    test(`is refused as ${JSON.stringify(header.slice(0, 20))}, saying what was expected`, () =>
      assert.throws(() => requestTimeout(header), {
        code: 'BAD_REQUEST',
        message: /^X-Request-Timeout-Ms: expected a whole number of milliseconds, 1 or more, got ".{0,70}\.$/,
      }));
  }
});
