import type { GraphQLRequestContextWillSendResponse } from '@apollo/server';
import type { OperationOutcome, RequestRecorder } from '../../observability/metrics/request-recorder.ts';
import type { OperationContext } from '../context.ts';
import type { OperationHooks } from './operation-hooks.ts';

/** Notes what each operation is, for the log line of its request, and counts what became of it. */
export function usageHook(recorder: RequestRecorder): OperationHooks<'willSendResponse'> {
  return {
    // Here the name is known, and so is the hash, also where the operation turns out to be invalid.
    willSendResponse: async (sent) => {
      const { operationName, queryHash, operation } = sent;
      const { usage } = sent.contextValue.request;
      recorder.operationEnded(operation?.operation ?? 'none', outcomeOf(sent));
      usage.operationName ??= operationName ?? null;
      usage.documentHash ??= queryHash ?? null;
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
