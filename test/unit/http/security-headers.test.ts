import assert from 'node:assert/strict';
import { test } from 'node:test';
import { securityHeaders } from '../../../src/http/security-headers.ts';

test('browsers are told to come back by HTTPS under TLS alone', () => {
  assert.equal(securityHeaders(true)['strict-transport-security'], 'max-age=31536000');
  assert.equal('strict-transport-security' in securityHeaders(false), false);
});
