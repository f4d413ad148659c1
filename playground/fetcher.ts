import { type DocumentNode, type ExecutionResult, Kind, parse } from 'graphql';
import type { GraphiQLProps } from 'graphiql';

type Fetcher = GraphiQLProps['fetcher'];
type Operation = Parameters<Fetcher>[0];

/**
 * Sends one operation to the endpoint.
 * @throws Error when the server cannot be reached, or gives something other than a GraphQL answer.
 */
export async function postOperation(
  endpoint: URL,
  operation: Operation,
  headers: Readonly<Record<string, string>> = {},
  signal: AbortSignal | null = null,
): Promise<ExecutionResult> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json, application/json;q=0.9',
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(operation),
    signal,
  });
  const contentType = response.headers.get('content-type') ?? 'no content type';
  const answer: unknown = contentType.includes('json') ? await response.json() : null;
  if (isExecutionResult(answer)) return answer;
  throw new Error(`The server answered ${response.status} with ${contentType}, which is not a GraphQL answer.`);
}

/**
 * The fetcher that GraphiQL sends everything through.
 * @param firstIntrospection The answer to the introspection that was sent while the page was loading. It is given to
 *   GraphiQL's own first introspection, so that the schema is fetched once; every later one goes to the server.
 */
export function createFetcher(endpoint: URL, firstIntrospection: Promise<ExecutionResult>): Fetcher {
  let introspection: Promise<ExecutionResult> | null = firstIntrospection;
  return (operation, options) => {
    if (introspection && operation.operationName === 'IntrospectionQuery') {
      const answer = introspection;
      introspection = null;
      return answer;
    }
    const named = withoutStaleName(operation);
    return abortableAnswer((signal) => postOperation(endpoint, named, options?.headers, signal));
  };
}

/**
 * Drops an operation name that the document does not have. GraphiQL reads the names 100 ms after the last change of the
 * editor, so that whoever opens another tab and runs it at once would be told that the operation of the first is unknown.
 */
function withoutStaleName(operation: Operation): Operation {
  const { query, operationName, ...rest } = operation;
  const document = tryParse(query);
  if (document === null) return operation;
  const names = document.definitions.map((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? definition.name?.value : undefined,
  );
  return operationName && names.includes(operationName) ? operation : { query, ...rest };
}

/** The document, or null where it has an error of syntax, of which the server tells more. */
function tryParse(query: string): DocumentNode | null {
  try {
    return parse(query);
  } catch {
    return null;
  }
}

/**
 * One answer as an iterable, which is what GraphiQL's stop button can end, unlike a promise: the request is aborted,
 * and the server sees that its client left.
 */
function abortableAnswer(send: (signal: AbortSignal) => Promise<ExecutionResult>): AsyncIterable<ExecutionResult> {
  const end = { done: true, value: undefined } as const;
  const abort = new AbortController();
  let sent = false;
  const iterator: AsyncIterator<ExecutionResult, undefined> = {
    async next() {
      if (sent) return end;
      sent = true;
      try {
        return { done: false, value: await send(abort.signal) };
      } catch (error) {
        if (abort.signal.aborted) return end;
        throw error;
      }
    },
    async return() {
      abort.abort();
      return end;
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

function isExecutionResult(value: unknown): value is ExecutionResult {
  return typeof value === 'object' && value !== null && ('data' in value || 'errors' in value);
}
