import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { buildSchema, getIntrospectionQuery, parse, specifiedRules, validate } from 'graphql';
import { operationLimits } from '../../../src/graphql/operation-limits.ts';

const schema = buildSchema('type Query { a: Query b(c: Int): Query leaf: Int }');
const limits = { maxDepth: 4, maxFields: 60 };

/** Message and code of each error of a document. */
function check(document: string, { maxDepth, maxFields } = limits): string[] {
  const errors = validate(schema, parse(document), [...specifiedRules, operationLimits({ maxDepth, maxFields })]);
  return errors.map(({ message, extensions }) => `${String(extensions['code'])}: ${message}`);
}

describe('an operation within the limits', () => {
  for (const document of [
    '{ a { a { a { leaf } } } }',
    `{ ${Array.from({ length: 60 }, (_, index) => `f${index}: leaf`).join(' ')} }`,
    `{ ${'leaf '.repeat(50)} }`,
    Array.from({ length: 50 }, (_, index) => `query q${index} { leaf }`).join(' '),
    '{ a { ...F } } fragment F on Query { leaf }',
  ]) {
    test(`${document.slice(0, 50)} is admitted`, () => assert.deepEqual(check(document), []));
  }

  test('is still checked by the other rules', () => {
    assert.deepEqual(check('{ nothing }'), ['undefined: Cannot query field "nothing" on type "Query".']);
  });

  test('the introspection query is, by the default limits', () => {
    assert.deepEqual(check(getIntrospectionQuery(), { maxDepth: 20, maxFields: 2000 }), []);
  });
});

describe('a document over a limit has one error, and no other rule looks at it', () => {
  const refused = [
    ['{ a { a { a { a { leaf nothing } } } } }', 'QUERY_TOO_COMPLEX: The document is nested more than 4 levels deep.'],
    [
      'query { ...F } fragment F on Query { a { a { a { a { nothing } } } } }',
      'QUERY_TOO_COMPLEX: The document is nested more than 4 levels deep.',
    ],
    [
      `{ ${Array.from({ length: 61 }, (_, index) => `f${index}: nothing`).join(' ')} }`,
      'QUERY_TOO_COMPLEX: The document selects more than 60 fields, fragments expanded.',
    ],
    [
      Array.from({ length: 31 }, (_, index) => `query q${index} { a { nothing } }`).join(' '),
      'QUERY_TOO_COMPLEX: The document selects more than 60 fields, fragments expanded.',
    ],
    [
      `{ nothing ${'leaf '.repeat(51)} }`,
      'QUERY_TOO_COMPLEX: The field "leaf" is selected 51 times in one place; the limit is 50.',
    ],
    [
      `{ leaf } fragment Unused on Query { nothing ${'leaf '.repeat(51)} }`,
      'QUERY_TOO_COMPLEX: The field "leaf" is selected 51 times in one place; the limit is 50.',
    ],
    [
      Array.from({ length: 51 }, (_, index) => `query q${index} { nothing }`).join(' '),
      'QUERY_TOO_COMPLEX: The document has 51 operations and fragments; the limit is 50.',
    ],
    [
      '{ nothing ...F } fragment F on Query { ...F }',
      'GRAPHQL_VALIDATION_FAILED: The fragment "F" spreads itself, directly or through others.',
    ],
    ['{ nothing ...F ...G }', 'GRAPHQL_VALIDATION_FAILED: Unknown fragment "F".'],
  ] as const;
  for (const [document, error] of refused) {
    test(document.length > 60 ? `${document.slice(0, 60)}…` : document, () =>
      assert.deepEqual(check(document), [error]),
    );
  }
});
