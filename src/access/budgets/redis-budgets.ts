import { createHash } from 'node:crypto';
import { createClient } from '@redis/client';
import { RateLimiterRedis, RateLimiterRes, RLWrapperTimeouts } from 'rate-limiter-flexible';
import type { RateLimit } from '../../config/rate-limit-settings.ts';
import { errorFields, type Logger } from '../../observability/logger.ts';
import type { Budgets, Spending } from './budgets.ts';

/** Budgets that several servers share. */
export interface RedisBudgets extends Budgets {
  close(): void;
}

/**
 * What the limiter asks of Redis, in one step: it gives what would be used up with the cost, and takes the cost only where
 * that is no more than the limit. The limiter's own script takes from a budget also what is refused, so that a caller who
 * tries again and again would be kept out by costs of which nothing ran.
 */
const takeIfItFits = `
local used = tonumber(redis.call('get', KEYS[1]) or '0') + tonumber(ARGV[1])
if used > tonumber(ARGV[3]) then return {used, redis.call('pttl', KEYS[1])} end
redis.call('set', KEYS[1], 0, 'EX', ARGV[2], 'NX')
redis.call('incrby', KEYS[1], ARGV[1])
return {used, redis.call('pttl', KEYS[1])}
`;

const keyPrefix = 'inferql:budget';
/** Redis answers within a millisecond or two; a prediction must not wait long for one that hangs. */
const answerMs = 250;
/** One that failed is left alone for this long, so that not every operation waits for it. */
const retryMs = 1000;
const connectMs = 2000;

/**
 * Counts in Redis; while it does not answer, by `insurance`, so that an outage of Redis is none of the models. That is
 * logged once, and once more when Redis is back. The server does not wait for the connection.
 */
export function openRedisBudgets(
  { cost: limit, windowSeconds }: RateLimit,
  url: string,
  insurance: Budgets,
  logger: Logger,
): RedisBudgets {
  const client = createClient({
    url,
    name: 'inferql',
    disableOfflineQueue: true,
    socket: { connectTimeout: connectMs, reconnectStrategy: (retries: number) => Math.min(50 * 2 ** retries, retryMs) },
  });
  let state: 'unknown' | 'up' | 'down' = 'unknown';
  let retryAt = 0;
  const isUp = (): void => {
    if (state !== 'up') logger.info('callers are counted in Redis');
    state = 'up';
  };
  const isDown = (error: unknown): void => {
    if (state !== 'down')
      logger.warn('Redis cannot be reached; until it can, callers are counted in memory', errorFields(error));
    state = 'down';
  };
  // Without a listener an error of the connection would end the process.
  client.on('error', isDown);
  client.on('ready', isUp);
  client.connect().catch(isDown);
  const limiter = new RLWrapperTimeouts({
    timeoutMs: answerMs,
    limiter: new RateLimiterRedis({
      storeClient: client,
      useRedisPackage: true,
      rejectIfRedisNotReady: true,
      customIncrTtlLuaScript: takeIfItFits,
      keyPrefix,
      points: limit,
      duration: windowSeconds,
    }),
  });
  const spendingOf = ({ consumedPoints, msBeforeNext }: RateLimiterRes, cost: number): Spending => {
    const isGranted = consumedPoints <= limit;
    return {
      isGranted,
      remaining: Math.max(0, limit - consumedPoints + (isGranted ? 0 : cost)),
      resetMs: Math.max(0, msBeforeNext),
    };
  };
  return {
    spend: async (account, cost) => {
      if (!client.isReady || performance.now() < retryAt) return await insurance.spend(account, cost);
      try {
        const result = await limiter.consume(redisKey(account), cost);
        isUp();
        return spendingOf(result, cost);
      } catch (error) {
        // This is how the limiter refuses.
        if (error instanceof RateLimiterRes) return spendingOf(error, cost);
        retryAt = performance.now() + retryMs;
        isDown(error);
        return await insurance.spend(account, cost);
      }
    },
    close: () => client.destroy(),
  };
}

/** Who calls is nothing for everybody who may read Redis. */
function redisKey(account: string): string {
  return createHash('sha256').update(account).digest('base64url');
}
