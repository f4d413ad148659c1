import type { ApolloServerPlugin } from '@apollo/server';
import type { OperationContext } from '../context.ts';

/** Notes what each operation is, for the log line of its request. */
export function usagePlugin(): ApolloServerPlugin<OperationContext> {
  return {
    requestDidStart: async ({ contextValue: { request } }) => {
      request.usage.operations += 1;
      return {
        // Here the name is known, and so is the hash, also where the operation turns out to be invalid.
        willSendResponse: async ({ operationName, queryHash }) => {
          request.usage.operationName ??= operationName ?? null;
          request.usage.documentHash ??= queryHash ?? null;
        },
      };
    },
  };
}
