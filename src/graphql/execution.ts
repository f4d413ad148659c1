import { HeaderMap, type ApolloServerPlugin } from '@apollo/server';
import type { GatewayExecutor } from '@apollo/server-gateway-interface';
import { execute, type ExecutionResult } from 'graphql';
import type { OperationContext } from './context.ts';

/** What operations came to that Apollo is still to see, by the context value that each operation has for itself. */
const results = new WeakMap<object, Promise<ExecutionResult>>();

/**
 * Runs operations itself, in place of what Apollo does around graphql-js for incremental delivery, which this schema
 * does not have: see docs/decisions/0004-own-execution.md. A result without errors is the answer. One with errors goes
 * on to Apollo, through `executor`, which counts, formats and tells them as always.
 */
export function executionPlugin(): ApolloServerPlugin<OperationContext> {
  return {
    requestDidStart: async () => ({
      responseForOperation: async ({ schema, document, contextValue, request: { variables, operationName } }) => {
        const running = run({ schema, document, contextValue, variableValues: variables, operationName });
        const result = await running.catch(() => null);
        if (result?.data != null && result.errors === undefined) {
          return {
            http: { headers: new HeaderMap() },
            body: { kind: 'single', singleResult: { data: result.data } },
          };
        }
        results.set(contextValue, running);
        return null;
      },
    }),
  };
}

/** Gives Apollo the result that the plugin has left for it. */
export const executor: GatewayExecutor = async ({ context }) => {
  const result = results.get(context);
  if (result === undefined) throw new Error('Apollo asked for an operation that was not executed.');
  return await result;
};

async function run(operation: Parameters<typeof execute>[0]): Promise<ExecutionResult> {
  return await execute(operation);
}
