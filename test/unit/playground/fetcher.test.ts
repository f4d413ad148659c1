import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFetcher } from '../../../playground/fetcher.ts';
import { type Answer, ServerAwayError } from '../../../playground/post-operation.ts';

const introspection = { data: { __schema: {} } };
const answer: Answer = { result: { data: {} }, status: 200, schemaVersion: '1', retryAfterMs: null };

type Fetcher = ReturnType<typeof createFetcher>;
type Server = Parameters<typeof createFetcher>[0];
type Operation = Parameters<Fetcher>[0];

/** A server that keeps what it is sent. */
function keepingServer() {
  const sent: { readonly operation: unknown; readonly headers: unknown }[] = [];
  let introspections = 0;
  const server: Server = {
    run: async (operation, headers) => {
      sent.push({ operation, headers });
      return answer;
    },
    introspect: async () => {
      introspections += 1;
      return introspection;
    },
  };
  return { server, sent, introspections: () => introspections };
}

/** Waits for the one answer of a fetcher. */
async function read(given: ReturnType<Fetcher>): Promise<void> {
  let answers = 0;
  for await (const _result of (await given) as AsyncIterable<unknown>) answers += 1;
  assert.equal(answers, 1);
}

/** What goes out of an operation. */
async function sentOf(operation: Operation, headers?: Record<string, string>): Promise<unknown> {
  const { server, sent } = keepingServer();
  await read(createFetcher(server, Promise.resolve(introspection))(operation, headers && { headers }));
  assert.equal(sent.length, 1);
  return headers === undefined ? sent[0]?.operation : sent[0]?.headers;
}

describe('createFetcher', () => {
  it('sends the name of an operation of the document', async () => {
    const operation = { query: 'query A { a } query B { b }', operationName: 'B', variables: { x: 1 } };
    assert.deepEqual(await sentOf(operation), operation);
  });

  it('sends the headers of the editor', async () => {
    assert.deepEqual(await sentOf({ query: '{ a }' }, { 'x-request-id': 'mine' }), { 'x-request-id': 'mine' });
  });

  it('drops a name that the document does not have: GraphiQL names that of the tab before for a moment', async () => {
    const query = 'query Predict { a }';
    assert.deepEqual(await sentOf({ query, operationName: 'Overview', variables: null }), { query, variables: null });
  });

  it('leaves a document with an error of syntax to the server', async () => {
    const operation = { query: 'query A {', operationName: 'A' };
    assert.deepEqual(await sentOf(operation), operation);
  });

  it('answers the first introspection with the one that is under way, and has the next made', async () => {
    const { server, sent, introspections } = keepingServer();
    const first = { data: { __schema: { first: true } } };
    const fetcher = createFetcher(server, Promise.resolve(first));
    const operation = { query: 'query IntrospectionQuery { __typename }', operationName: 'IntrospectionQuery' };
    assert.equal(await fetcher(operation), first);
    assert.equal(introspections(), 0);
    assert.equal(await fetcher(operation), introspection);
    assert.deepEqual([introspections(), sent.length], [1, 0]);
  });

  it('shows in words, and without a stack, that the server is away', async () => {
    const server: Server = {
      ...keepingServer().server,
      run: async () => {
        throw new ServerAwayError('It is away.');
      },
    };
    const shown: unknown[] = [];
    const given = await createFetcher(server, Promise.resolve(introspection))({ query: '{ a }' });
    for await (const result of given as AsyncIterable<unknown>) shown.push(JSON.parse(JSON.stringify(result)));
    assert.deepEqual(shown, [{ errors: [{ message: 'It is away.' }] }]);
  });

  it('aborts the request when the iteration is ended, and ends without an error', async () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<AbortSignal>();
    const server: Server = {
      ...keepingServer().server,
      run: (_operation, _headers, signal) => {
        begin(signal);
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
      },
    };
    const given = await createFetcher(server, Promise.resolve(introspection))({ query: '{ a }' });
    const iterator = (given as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    const next = iterator.next();
    const signal = await begun;
    await iterator.return?.();
    assert.equal(signal.aborted, true);
    assert.equal((await next).done, true);
  });
});
