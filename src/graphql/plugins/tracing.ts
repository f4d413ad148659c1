import type { ApolloServerPlugin } from '@apollo/server';
import type { OperationContext } from '../context.ts';

/**
 * Tells the trace of a request what its operations do. There only where traces are made. An operation whose document is
 * known is neither parsed nor validated.
 */
export function tracingPlugin(): ApolloServerPlugin<OperationContext> {
  return {
    requestDidStart: async ({ contextValue }) => {
      const spans = contextValue.request.trace?.operation() ?? null;
      if (spans === null) return;
      contextValue.trace = spans;
      return {
        parsingDidStart: async () => {
          const startedAt = performance.now();
          return async (error) => spans.step('parse', startedAt, error === undefined ? null : 'GRAPHQL_PARSE_FAILED');
        },
        validationDidStart: async () => {
          const startedAt = performance.now();
          return async (errors) =>
            spans.step('validate', startedAt, errors === undefined ? null : 'GRAPHQL_VALIDATION_FAILED');
        },
        willSendResponse: async ({ operation, operationName = null, response: { body } }) => {
          const errors = body.kind === 'single' ? (body.singleResult.errors ?? []) : [];
          const codes = errors.map(({ extensions }) => String(extensions?.['code']));
          const type = operation?.operation ?? null;
          spans.end({ type, name: operationName, errorCodes: [...new Set(codes)] });
        },
      };
    },
  };
}
