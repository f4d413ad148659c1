import type { Spending } from '../access/budgets/budgets.ts';
import type { RateLimit } from '../config/rate-limit-settings.ts';
import type { RequestUsage } from '../graphql/context.ts';

/** There is one policy. Its unit is cost, for which the registry of quota units has no name. */
const policy = '"cost"';

/**
 * What an answer says of the budget of its caller: the fields of draft-ietf-httpapi-ratelimit-headers-11, which are the
 * same since its version 08, and `Retry-After` (RFC 9110, section 10.2.3) where an operation was refused.
 */
export function rateLimitHeaders(
  { cost, windowSeconds }: RateLimit,
  { budget, errorCodes }: Pick<RequestUsage, 'budget' | 'errorCodes'>,
): Readonly<Record<string, string>> {
  return {
    'ratelimit-policy': `${policy};q=${cost};w=${windowSeconds}`,
    ...(budget === null ? {} : { ratelimit: `${policy};r=${budget.remaining};t=${secondsOf(budget)}` }),
    ...(budget === null || !errorCodes.has('RATE_LIMITED') ? {} : { 'retry-after': String(secondsOf(budget)) }),
  };
}

/** Whole seconds; too early would be too early. */
function secondsOf({ resetMs }: Spending): number {
  return Math.max(1, Math.ceil(resetMs / 1000));
}
