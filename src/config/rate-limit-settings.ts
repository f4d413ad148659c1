import { z } from 'zod';
import { count, integer } from './setting-types.ts';

/** What one caller may ask for in a while. */
export interface RateLimit {
  /** As the cost of an operation is counted: rows times the weights of their models, and a tenth for each field. */
  readonly cost: number;
  readonly windowSeconds: number;
  /** URL of the Redis that several servers count in together; null to count in memory. It may hold a password. */
  readonly redis: string | null;
}

/** A day: longer counts are quotas, which must outlive a restart. */
const longestWindowSeconds = 86_400;

const redisUrl = z.string().refine((given) => /^rediss?:\/\/[^/]+(?:\/\d*)?$/.test(given) && URL.canParse(given), {
  error:
    'must be a URL such as redis://redis.internal:6379, or rediss:// for TLS, with the number of a database as its path at most',
});

/** How much a caller may ask for. Spread into the table of all settings. */
export const rateLimitSettings = {
  rateLimitCost: {
    env: 'INFERQL_RATE_LIMIT_COST',
    schema: count.nullable().default(null),
    help: 'The most that the operations of one caller may cost within rateLimitWindowSeconds, counted as for maxCostPerRequest; a caller is a key, the subject of a token, or else an address.',
  },
  rateLimitWindowSeconds: {
    env: 'INFERQL_RATE_LIMIT_WINDOW_SECONDS',
    schema: integer(1, longestWindowSeconds).default(60),
    help: 'How long rateLimitCost is for, from the first request that counts on.',
  },
  rateLimitRedis: {
    env: 'INFERQL_RATE_LIMIT_REDIS',
    schema: redisUrl.nullable().default(null),
    help: 'Redis in which several servers count together what callers asked for, such as redis://redis.internal:6379; in memory without it.',
  },
} as const;
