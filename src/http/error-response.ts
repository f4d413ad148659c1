import { errorTable, type ErrorCode } from '../errors.ts';

/** The body of a response to a request that never became a GraphQL operation, in the one form of errors. */
export function errorBody(code: ErrorCode, message: string, requestId: string, details?: object): string {
  const extensions = {
    code,
    retryable: errorTable[code].retryable,
    requestId,
    ...(details === undefined ? {} : { details }),
  };
  return JSON.stringify({ errors: [{ message, extensions }] });
}
