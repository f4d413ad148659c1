import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileOptions, OptionsError, type SettingName } from '../../../src/config/options.ts';

const rateLimitOf = (flags: Partial<Record<SettingName, unknown>>) => compileOptions(flags, {}).rateLimit;
const refused = (flags: Partial<Record<SettingName, unknown>>, message: RegExp) =>
  assert.throws(
    () => rateLimitOf(flags),
    (error) => error instanceof OptionsError && message.test(error.message),
  );

describe('callers', () => {
  test('are not limited by default', () => assert.equal(rateLimitOf({}), null));

  test('are limited by a cost, for a minute unless something else is said', () => {
    assert.deepEqual(rateLimitOf({ rateLimitCost: '5000' }), { cost: 5000, windowSeconds: 60, redis: null });
    const redis = 'rediss://user:secret@redis.internal:6380/2';
    assert.deepEqual(rateLimitOf({ rateLimitCost: 1, rateLimitWindowSeconds: 3600, rateLimitRedis: redis }), {
      cost: 1,
      windowSeconds: 3600,
      redis,
    });
  });

  for (const url of ['redis.internal:6379', 'http://redis.internal', 'redis://', 'redis://redis.internal/first']) {
    test(`are not counted at ${url}`, () =>
      refused({ rateLimitCost: 1, rateLimitRedis: url }, /--rate-limit-redis: must be a URL such as redis:\/\//));
  }

  test('are not counted in Redis without a limit: that would do nothing', () =>
    refused({ rateLimitRedis: 'redis://redis.internal' }, /does nothing.*--rate-limit-cost/));
});
