import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { execute, getOperationAST, parse } from 'graphql';
import type { OperationContext } from '../../../../src/graphql/context.ts';
import { executePlan } from '../../../../src/graphql/execution/execute-plan.ts';
import { planExecution } from '../../../../src/graphql/execution/plan.ts';

const context = {} as OperationContext;

/** What an operation comes to by a plan, over a schema with these types and this value of `rows`. */
async function run(typeDefs: string, text: string, rows: () => unknown) {
  const schema = makeExecutableSchema({ typeDefs, resolvers: { Query: { rows } } });
  const document = parse(text);
  const operation = getOperationAST(document);
  assert.ok(operation);
  const plan = planExecution(schema, document, operation);
  assert.ok(plan);
  return { result: await executePlan(plan, {}, context), byGraphQL: () => execute({ schema, document }) };
}

test('a list that fails at once also takes what its other items promised and do not keep', async () => {
  const rows = () => [Promise.reject(new Error('late')), new Error('at once')];
  const { result } = await run('type Query { rows: [Int!] }', '{ rows }', rows);
  assert.deepEqual(
    result.errors?.map(({ message, path }) => [message, path]),
    [['at once', ['rows', 1]]],
  );
  // An error that nobody took would end the test now.
  await nextTurn();
});

test('an error below a row that is null already is not told', async () => {
  const later = async () => {
    for (let ticks = 0; ticks < 5; ticks += 1) await Promise.resolve();
    throw new Error('late');
  };
  const rows = () => [
    { must: Promise.reject(new Error('first')), may: later() },
    { must: 1, may: later() },
  ];
  const typeDefs = 'type Query { rows: [Row] } type Row { must: Int! may: Int }';
  const { result, byGraphQL } = await run(typeDefs, '{ rows { may must } }', rows);
  const expected = await byGraphQL();
  assert.equal(JSON.stringify(result), JSON.stringify(expected));
  assert.deepEqual(
    result.errors?.map(({ message }) => message),
    ['first', 'late'],
  );
});

test('rows are plain objects of one shape, in the order of the selection', async () => {
  const rows = () => [{ may: 1, must: 2 }, { must: 3 }];
  const typeDefs = 'type Query { rows: [Row] } type Row { must: Int! may: Int }';
  const { result } = await run(typeDefs, '{ rows { may must kind: __typename } }', rows);
  assert.deepEqual(result.data?.['rows'], [
    { may: 1, must: 2, kind: 'Row' },
    { may: null, must: 3, kind: 'Row' },
  ]);
  assert.deepEqual(Object.keys((result.data['rows'] as readonly object[])[1] ?? {}), ['may', 'must', 'kind']);
});
