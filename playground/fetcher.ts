import { type DocumentNode, type ExecutionResult, GraphQLError, Kind, parse } from 'graphql';
import type { GraphiQLProps } from 'graphiql';
import type { LiveServer } from './live-server.ts';
import { ServerAwayError } from './post-operation.ts';

type Fetcher = GraphiQLProps['fetcher'];
type GraphiQLOperation = Parameters<Fetcher>[0];

/**
 * The fetcher that GraphiQL sends everything through.
 * @param firstIntrospection The introspection that was begun while the page was loading. It is given to GraphiQL's own
 *   first one, so that the schema is fetched once.
 */
export function createFetcher(
  server: Pick<LiveServer, 'run' | 'introspect'>,
  firstIntrospection: Promise<ExecutionResult>,
): Fetcher {
  let first: Promise<ExecutionResult> | null = firstIntrospection;
  return (operation, options) => {
    if (operation.operationName === 'IntrospectionQuery') {
      const answer = first ?? server.introspect();
      first = null;
      return answer;
    }
    const named = withoutStaleName(operation);
    return abortableAnswer(async (signal) => {
      try {
        const { result } = await server.run(named, options?.headers ?? {}, signal);
        return result;
      } catch (error) {
        // GraphiQL would show the stack of an error that is thrown.
        if (error instanceof ServerAwayError) return { errors: [new GraphQLError(error.message)] };
        throw error;
      }
    });
  };
}

/**
 * Drops an operation name that the document does not have. GraphiQL reads the names 100 ms after the last change of the
 * editor, so that whoever opens another tab and runs it at once would be told that the operation of the first is unknown.
 */
function withoutStaleName(operation: GraphiQLOperation): GraphiQLOperation {
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
