import type { ApolloServerPlugin } from '@apollo/server';
import type { RequestLimits } from '../../config/options.ts';
import type { RequestRecorder } from '../../observability/metrics/request-recorder.ts';
import type { OperationContext } from '../context.ts';
import { executionHook } from '../execution.ts';
import { costHook } from './cost.ts';
import type { RateLimiting } from './spend-budget.ts';
import { usageHook } from './usage.ts';

export interface OperationsOptions {
  readonly limits: RequestLimits;
  /** Null where callers are not limited. */
  readonly rateLimiting: RateLimiting | null;
  readonly recorder: RequestRecorder;
}

/**
 * What is done with every operation: it is counted, runs, and is noted. One listener for all of them, since Apollo makes
 * promises for each listener in each of its steps, also in those that a listener has no part in.
 */
export function operationsPlugin({
  limits,
  rateLimiting,
  recorder,
}: OperationsOptions): ApolloServerPlugin<OperationContext> {
  const listener = { ...costHook(limits, rateLimiting), ...executionHook(), ...usageHook(recorder) };
  const started = Promise.resolve(listener);
  return {
    requestDidStart: ({ contextValue }) => {
      contextValue.request.usage.operations += 1;
      return started;
    },
  };
}
