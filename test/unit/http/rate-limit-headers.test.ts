import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rateLimitHeaders } from '../../../src/http/rate-limit-headers.ts';

const rateLimit = { cost: 100, windowSeconds: 60, redis: null };

test('an answer tells the policy, and what is left once something was asked for', () => {
  const policy = { 'ratelimit-policy': '"cost";q=100;w=60' };
  assert.deepEqual(rateLimitHeaders(rateLimit, { budget: null, errorCodes: new Set() }), policy);
  const budget = { isGranted: true, remaining: 7, resetMs: 1001 };
  const told = { ...policy, ratelimit: '"cost";r=7;t=2' };
  assert.deepEqual(rateLimitHeaders(rateLimit, { budget, errorCodes: new Set(['OVERLOADED']) }), told);
});

test('an answer says when to come back where an operation was refused, and never too early', () => {
  const errorCodes = new Set(['RATE_LIMITED']);
  const retryAfter = (resetMs: number) =>
    rateLimitHeaders(rateLimit, { budget: { isGranted: false, remaining: 0, resetMs }, errorCodes })['retry-after'];
  assert.deepEqual([0, 1, 1000, 59_001].map(retryAfter), ['1', '1', '1', '60']);
});
