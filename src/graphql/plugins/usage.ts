import type { ApolloServerPlugin, GraphQLRequestContextWillSendResponse } from '@apollo/server';
import type { OperationOutcome, RequestRecorder } from '../../observability/metrics/request-recorder.ts';
import type { OperationContext } from '../context.ts';

/** Notes what each operation is, for the log line of its request, and counts what became of it. */
export function usagePlugin(recorder: RequestRecorder): ApolloServerPlugin<OperationContext> {
  return {
    requestDidStart: async ({ contextValue: { request } }) => {
      request.usage.operations += 1;
      return {
        // Here the name is known, and so is the hash, also where the operation turns out to be invalid.
        willSendResponse: async (sent) => {
          const { operationName, queryHash, operation } = sent;
          recorder.operationEnded(operation?.operation ?? 'none', outcomeOf(sent));
          request.usage.operationName ??= operationName ?? null;
          request.usage.documentHash ??= queryHash ?? null;
        },
      };
    },
  };
}

/** Without data nothing was executed: an operation that ran and failed has null for it. */
function outcomeOf({
  errors,
  response: { body },
}: GraphQLRequestContextWillSendResponse<OperationContext>): OperationOutcome {
  if (errors === undefined || errors.length === 0) return 'success';
  return body.kind === 'single' && body.singleResult.data === undefined ? 'refused' : 'errors';
}
