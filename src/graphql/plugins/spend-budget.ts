import { HeaderMap } from '@apollo/server';
import { GraphQLError, OperationTypeNode } from 'graphql';
import type { Budgets } from '../../access/budgets/budgets.ts';
import type { RateLimit } from '../../config/rate-limit-settings.ts';
import { GatewayError } from '../../errors.ts';
import type { RequestContext } from '../context.ts';

/** What callers may ask for in a while, and what they have left of it. */
export interface RateLimiting {
  readonly rateLimit: Pick<RateLimit, 'cost' | 'windowSeconds'>;
  readonly budgets: Budgets;
}

/**
 * Takes what an operation costs from its caller's budget, before anything of it runs. The mutations of administrators are
 * not counted: whoever can end a flood must not be kept out by it.
 * @throws GraphQLError of `RATE_LIMITED`, or of `QUERY_TOO_COMPLEX` for what no budget will ever be enough for.
 */
export async function spendBudget(
  { rateLimit, budgets }: RateLimiting,
  kind: OperationTypeNode,
  cost: number,
  { caller, usage }: RequestContext,
): Promise<void> {
  if (kind === OperationTypeNode.MUTATION && caller.grant.isAdmin) return;
  const { cost: limit, windowSeconds } = rateLimit;
  if (cost > limit) {
    const message = `The operation costs ${cost}; the whole budget of a caller is ${limit} in ${windowSeconds} s. Ask for less at a time.`;
    const details = { limit, received: cost };
    throw refusal(400, new GatewayError('QUERY_TOO_COMPLEX', message, { limit: 'rateLimitCost', details }));
  }
  const spending = await budgets.spend(caller.account, cost);
  const { isGranted, remaining, resetMs } = spending;
  // Of the operations of an array, what is left after all of them.
  if (usage.budget === null || remaining < usage.budget.remaining) usage.budget = spending;
  if (isGranted) return;
  const retryAfterMs = Math.max(1, Math.ceil(resetMs));
  const message = `The operation costs ${cost}, and the caller has ${remaining} left of ${limit} in ${windowSeconds} s; there is a whole budget again in ${retryAfterMs} ms.`;
  const details = { limit, windowSeconds, remaining, received: cost };
  throw refusal(429, new GatewayError('RATE_LIMITED', message, { limit: 'rateLimitCost', retryAfterMs, details }));
}

/** Without a status of its own an operation that did not run is a fault to Apollo. */
function refusal(status: number, originalError: GatewayError): GraphQLError {
  return new GraphQLError(originalError.message, {
    originalError,
    extensions: { http: { status, headers: new HeaderMap() } },
  });
}
