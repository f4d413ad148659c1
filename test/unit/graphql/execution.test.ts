import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { ApolloServer } from '@apollo/server';
import type { GatewayInterface } from '@apollo/server-gateway-interface';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { getOperationAST, parse } from 'graphql';
import type { OperationContext } from '../../../src/graphql/context.ts';
import { executionHook, executor } from '../../../src/graphql/execution.ts';

const calls: string[] = [];
const schema = makeExecutableSchema({
  typeDefs: 'type Query { good(x: Int): Int bad: Int worse: Int! }',
  resolvers: {
    Query: {
      good: (_root, { x }: { x: number }) => (calls.push('good'), x),
      bad: () => {
        calls.push('bad');
        throw new Error('no luck');
      },
      worse: async () => {
        calls.push('worse');
        throw new Error('no luck at all');
      },
    },
  },
});
const gateway: GatewayInterface = {
  onSchemaLoadOrUpdate: (callback) => {
    callback({ apiSchema: schema, coreSupergraphSdl: '' });
    return () => undefined;
  },
  load: async () => ({ executor }),
  stop: async () => undefined,
};
const told: string[] = [];
const apollo = new ApolloServer<OperationContext>({
  gateway,
  plugins: [{ requestDidStart: async () => executionHook() }],
  formatError: (error) => (told.push(error.message), error),
});
await apollo.start();
after(() => apollo.stop());

/** The answer to a document, what it called, and what Apollo was told of. */
async function run(query: string, variables: Record<string, unknown> = {}) {
  const contextValue = {} as OperationContext;
  const { body } = await apollo.executeOperation({ query, variables }, { contextValue });
  assert.ok(body.kind === 'single');
  const { data, errors } = body.singleResult;
  return {
    data: data == null ? data : { ...data },
    errors: errors?.map(({ message }) => message),
    calls: calls.splice(0),
    told: told.splice(0),
  };
}

describe('an operation is executed once', () => {
  test('without errors, and is the answer', async () => {
    const { data, errors, calls: called } = await run('query($x: Int) { good(x: $x) }', { x: 3 });
    assert.deepEqual([data, errors, called], [{ good: 3 }, undefined, ['good']]);
  });

  test('with an error in a field, which Apollo formats', async () => {
    const answer = await run('{ good(x: 1) bad }');
    assert.deepEqual(answer, {
      data: { good: 1, bad: null },
      errors: ['no luck'],
      calls: ['good', 'bad'],
      told: ['no luck'],
    });
  });

  test('with an error that leaves no data', async () => {
    const { data, errors, calls: called } = await run('{ worse }');
    assert.equal(data, null);
    assert.deepEqual([errors, called], [['no luck at all'], ['worse']]);
  });
});

test('variables that do not fit are an error of the operation, which calls nothing', async () => {
  const { errors, calls: called } = await run('query($x: Int) { good(x: $x) }', { x: 'three' });
  assert.match(errors?.[0] ?? '', /Variable "\$x" got invalid value "three"/);
  assert.deepEqual(called, []);
});

test('an operation that the document does not have is told by name', async () => {
  const { body } = await apollo.executeOperation({ query: 'query a { good } query b { good }', operationName: 'c' });
  assert.ok(body.kind === 'single');
  assert.match(body.singleResult.errors?.[0]?.message ?? '', /Unknown operation named "c"/);
});

test('a document that schemas share runs by the schema of each request', async () => {
  const document = parse('{ x }');
  const operation = getOperationAST(document);
  const hook = executionHook();
  const answers: unknown[] = [];
  for (const x of [1, 2, 1]) {
    const other = makeExecutableSchema({ typeDefs: 'type Query { x: Int }', resolvers: { Query: { x: () => x } } });
    const context = { schema: other, document, operation, contextValue: {}, request: {} };
    const response = await hook.responseForOperation(context as never);
    assert.ok(response?.body.kind === 'single');
    answers.push(response.body.singleResult.data?.['x']);
  }
  assert.deepEqual(answers, [1, 2, 1]);
});
