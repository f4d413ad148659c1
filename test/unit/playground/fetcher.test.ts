import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createFetcher } from '../../../playground/fetcher.ts';

const endpoint = new URL('http://127.0.0.1/graphql');
const introspection = { data: { __schema: {} } };

type Fetcher = ReturnType<typeof createFetcher>;
type Operation = Parameters<Fetcher>[0];

/** Waits for the one answer of a fetcher. */
async function read(answer: ReturnType<Fetcher>): Promise<void> {
  let answers = 0;
  for await (const _result of (await answer) as AsyncIterable<unknown>) answers += 1;
  assert.equal(answers, 1);
}

/** Has the fetcher send an operation, and gives the body that went out. */
async function bodyOf(test: TestContext, operation: Operation): Promise<unknown> {
  const bodies: unknown[] = [];
  test.mock.method(globalThis, 'fetch', async (_endpoint: URL, { body }: { readonly body: string }) => {
    bodies.push(JSON.parse(body));
    return Response.json({ data: {} });
  });
  await read(createFetcher(endpoint, Promise.resolve(introspection))(operation));
  const [body] = bodies;
  assert.equal(bodies.length, 1);
  return body;
}

describe('createFetcher', () => {
  it('sends the name of an operation of the document', async (test) => {
    const operation = { query: 'query A { a } query B { b }', operationName: 'B', variables: { x: 1 } };
    assert.deepEqual(await bodyOf(test, operation), operation);
  });

  it('drops a name that the document does not have: GraphiQL names that of the tab before for a moment', async (test) => {
    const query = 'query Predict { a }';
    assert.deepEqual(await bodyOf(test, { query, operationName: 'Overview', variables: null }), {
      query,
      variables: null,
    });
  });

  it('leaves a document with an error of syntax to the server', async (test) => {
    const operation = { query: 'query A {', operationName: 'A' };
    assert.deepEqual(await bodyOf(test, operation), operation);
  });

  it('answers the first introspection with the one that is under way, and sends the next', async (test) => {
    const fetched = test.mock.method(globalThis, 'fetch', async () => Response.json(introspection));
    const fetcher = createFetcher(endpoint, Promise.resolve(introspection));
    const operation = { query: 'query IntrospectionQuery { __typename }', operationName: 'IntrospectionQuery' };
    assert.equal(await fetcher(operation), introspection);
    assert.equal(fetched.mock.callCount(), 0);
    await read(fetcher(operation));
    assert.equal(fetched.mock.callCount(), 1);
  });

  it('says what came instead of a GraphQL answer', async (test) => {
    test.mock.method(globalThis, 'fetch', async () => new Response('Bad gateway', { status: 502 }));
    const answer = createFetcher(endpoint, Promise.resolve(introspection))({ query: '{ a }' });
    await assert.rejects(read(answer), /answered 502 with text\/plain.*not a GraphQL answer/);
  });
});
