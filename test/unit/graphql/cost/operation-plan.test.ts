import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse, type OperationDefinitionNode } from 'graphql';
import { planOperation } from '../../../../src/graphql/cost/operation-plan.ts';
import type { SentVariables } from '../../../../src/graphql/cost/argument-reader.ts';

function planOf(text: string) {
  const document = parse(text);
  return planOperation(document, document.definitions[0] as OperationDefinitionNode);
}

/** The predictions that a request selects: field, fields below it, and arguments. */
function selected(text: string, variables?: SentVariables): readonly unknown[] {
  const { predictions } = planOf(text);
  return predictions
    .filter(({ isSelected }) => isSelected(variables))
    .map(({ field, fieldsBelow, arguments: given }) => [
      field,
      fieldsBelow,
      Object.fromEntries([...given].map(([name, read]) => [name, read(variables)])),
    ]);
}

describe('the plan of an operation', () => {
  test('has every prediction, whatever its alias and the fragments around it', () => {
    const text = `query ($a: In) {
      predict { iris(input: $a) { label score } ...More }
      again: predict { ... on Predictions { x: iris(input: { b: 1 }) { label } } }
      infer(input: { model: "m" }) { outputs { name } }
      models { name }
    }
    fragment More on Predictions { digitsBatch(inputs: [$a, null]) { label } }`;
    assert.deepEqual(selected(text, { a: 5 }), [
      ['iris', 2, { input: 5 }],
      ['digitsBatch', 1, { inputs: [5, null] }],
      ['iris', 1, { input: { b: 1 } }],
      ['infer', 2, { input: { model: 'm' } }],
    ]);
    // predict, iris, digitsBatch, predict, iris, infer, models, name
    assert.equal(planOf(text).fields, 8);
  });

  test('counts a field once that stands in two places under one name', () => {
    const text = '{ predict { iris(input: 1) { label } } predict { iris(input: 1) { score } } }';
    assert.deepEqual(selected(text), [['iris', 2, { input: 1 }]]);
  });

  test('leaves out what @skip and @include leave out, by literals and variables and their defaults', () => {
    const text = `query ($yes: Boolean!, $no: Boolean = false) {
      predict {
        a(input: 1) @include(if: $yes) { label }
        b(input: 1) @skip(if: $yes) { label }
        c(input: 1) @include(if: $no) { label }
        ... @skip(if: true) { d(input: 1) { label } }
        e(input: 1) @skip(if: $no) { label }
      }
      other: predict @include(if: $no) { f(input: 1) { label } }
      g: infer(input: 1) @skip(if: false) { meta { model } }
    }`;
    const fields = (variables: SentVariables) => selected(text, variables).map(([field]: any) => field);
    assert.deepEqual(fields({ yes: true }), ['a', 'e', 'infer']);
    assert.deepEqual(fields({ yes: false, no: true }), ['b', 'c', 'f', 'infer']);
  });

  test('has a field that one of its places selects', () => {
    const text = `query ($no: Boolean!) {
      predict { iris(input: 1) @include(if: $no) { label } ... { iris(input: 1) { score } } }
    }`;
    assert.equal(selected(text, { no: false }).length, 1);
  });

  test('of a mutation has fields alone', () => {
    assert.deepEqual(planOf('mutation { predict: rescanRepository { name } }'), { fields: 2, predictions: [] });
  });

  test('reads every kind of literal, and the defaults of variables', () => {
    const text = `query ($list: [Int] = [1, 2], $null: Int = 3, $absent: Int) {
      infer(input: { i: 1, f: 2.5, s: "t", b: true, n: null, e: FP32, l: $list, v: $null, a: [$absent] }) { meta { model } }
    }`;
    const input = { i: 1, f: 2.5, s: 't', b: true, n: null, e: 'FP32', l: [1, 2], v: null, a: [undefined] };
    assert.deepEqual(selected(text, { null: null }), [['infer', 2, { input }]]);
  });

  test('takes no variable from the prototype of the variables', () => {
    const text = 'query ($toString: Int) { infer(input: $toString) { meta { model } } }';
    assert.deepEqual(selected(text, {}), [['infer', 2, { input: undefined }]]);
  });
});
