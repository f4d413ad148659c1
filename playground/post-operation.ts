import type { ExecutionResult } from 'graphql';

/** What is sent: the keys of a GraphQL request. */
export interface Operation {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: unknown;
}

/** A GraphQL answer, with what its headers say. */
export interface Answer {
  readonly result: ExecutionResult;
  readonly status: number;
  /** Which schema the answer was made with; null where the server did not come that far. */
  readonly schemaVersion: string | null;
  /** After which the server wants to be asked again; null where it does not say. */
  readonly retryAfterMs: number | null;
}

/** What stands between this page and the server, or the server itself, gave no GraphQL answer. */
export class ServerAwayError extends Error {
  override readonly name = 'ServerAwayError';
}

/**
 * Sends one operation to the endpoint.
 * @throws ServerAwayError when the server cannot be reached, or gives something other than a GraphQL answer; whatever
 *   ended the request, when `signal` did.
 */
export async function postOperation(
  endpoint: URL,
  operation: Operation,
  headers: Readonly<Record<string, string>> = {},
  signal: AbortSignal | null = null,
): Promise<Answer> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json, application/json;q=0.9',
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(operation),
    signal,
  }).catch((error: unknown) => {
    if (signal?.aborted === true) throw error;
    throw new ServerAwayError('The server cannot be reached. The page goes on trying.', { cause: error });
  });
  const contentType = response.headers.get('content-type') ?? 'no content type';
  const result: unknown = contentType.includes('json') ? await response.json().catch(() => null) : null;
  if (!isExecutionResult(result)) {
    throw new ServerAwayError(
      `The server answered ${response.status} with ${contentType}, which is not a GraphQL answer.`,
    );
  }
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return {
    result,
    status: response.status,
    schemaVersion: response.headers.get('inferql-schema-version'),
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : null,
  };
}

function isExecutionResult(value: unknown): value is ExecutionResult {
  return typeof value === 'object' && value !== null && ('data' in value || 'errors' in value);
}
