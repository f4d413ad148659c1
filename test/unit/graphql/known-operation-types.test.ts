import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema, parse, validate } from 'graphql';
import { knownOperationTypes } from '../../../src/graphql/known-operation-types.ts';

const check = (sdl: string, document: string) =>
  validate(buildSchema(sdl), parse(document), [knownOperationTypes]).map(({ message }) => message);

test('an operation of a type that the schema lacks is refused', () => {
  assert.deepEqual(check('type Query { a: Int }', 'mutation { a } subscription { a }'), [
    'This server has no mutations; predictions are queries.',
    'This server has no subscriptions; predictions are queries.',
  ]);
});

test('an operation of a type that the schema has is admitted', () => {
  assert.deepEqual(check('type Query { a: Int } type Mutation { a: Int }', 'query a { a } mutation b { a }'), []);
});
