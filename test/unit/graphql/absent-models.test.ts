import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { buildSchema, parse, specifiedRules, validate, type GraphQLSchema } from 'graphql';
import { GatewayError } from '../../../src/errors.ts';
import { absentModels } from '../../../src/graphql/absent-models.ts';

const served = buildSchema('type Query { predict: Predictions! other: Predictions } type Predictions { iris: Int }');
const nothing = buildSchema('type Query { infer: Int }');

/** Where each error of a document is, and its message; the model `rose` is loading. */
function check(schema: GraphQLSchema, document: string): string[] {
  const reason = new GatewayError('MODEL_UNAVAILABLE', 'It is LOADING.', { model: 'rose' });
  const explain = (fields: Pick<ReadonlySet<string>, 'has'>) => (fields.has('rose') ? { field: 'rose', reason } : null);
  const errors = validate(schema, parse(document), [...specifiedRules, absentModels(explain)]);
  return errors.map(({ message, locations }) => `${locations?.[0]?.column}: ${message}`);
}

describe('a document with the field of a model that is not served has one error, which says why', () => {
  for (const [document, column] of [
    ['{ predict { rose(input: { x: "no" }) { y nothing } rose2: rose } nothing }', 13],
    ['query($input: RoseInput!) { predict { iris alias: rose(input: $input) { y } } }', 44],
    ['{ predict { ... { rose { y } } } }', 19],
    ['{ predict { ...F } } fragment F on Predictions { iris ...G } fragment G on Predictions { rose { y } }', 90],
    ['{ ...F } fragment F on Query { predict { rose { y } } }', 42],
    ['query a { predict { iris } } query b { predict { rose { y } } }', 50],
  ] as const) {
    for (const [what, schema] of [
      ['others are', served],
      ['nothing is', nothing],
    ] as const) {
      test(`${document}, while ${what} served`, () =>
        assert.deepEqual(check(schema, document), [`${column}: It is LOADING.`]));
    }
  }
});

describe('the other rules say what is wrong with', () => {
  for (const [what, schema, document, errors] of [
    ['nothing, where all is served', served, '{ predict { iris __typename } }', []],
    ['no model', served, '{ predict { tulip } }', ['13: Cannot query field "tulip" on type "Predictions".']],
    ['another place', served, '{ other { rose } }', ['11: Cannot query field "rose" on type "Predictions".']],
    [
      'predict itself, without models in it',
      nothing,
      '{ predict }',
      ['3: Cannot query field "predict" on type "Query".'],
    ],
    ['a fragment that is not there', served, '{ predict { ...F } }', ['16: Unknown fragment "F".']],
  ] as const) {
    test(what, () => assert.deepEqual(check(schema, document), errors));
  }

  test('fragments that spread themselves, and ends', () => {
    assert.match(check(served, '{ predict { ...F } } fragment F on Predictions { iris ...F }').join(), /Cannot spread/);
  });
});

test('the error carries the status of its code, and the error of ours', () => {
  const reason = new GatewayError('MODEL_UNAVAILABLE', 'It is LOADING.');
  const [error] = validate(served, parse('{ predict { rose } }'), [absentModels(() => ({ field: 'rose', reason }))]);
  assert.equal(error?.originalError, reason);
  assert.deepEqual(error.extensions['http'], { status: 503 });
});

test('is asked once for all fields that the schema lacks, and never where it lacks none', () => {
  const asked: string[][] = [];
  const rule = absentModels((fields) => {
    asked.push(['iris', 'tulip', 'lily'].filter((name) => fields.has(name)));
    return null;
  });
  for (const document of ['{ predict { iris tulip lily other: tulip } }', '{ predict { iris } }']) {
    validate(served, parse(document), [rule]);
  }
  assert.deepEqual(asked, [['tulip', 'lily']]);
});
