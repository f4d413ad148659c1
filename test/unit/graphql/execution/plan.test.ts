import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { buildSchema, getOperationAST, parse, type GraphQLSchema } from 'graphql';
import { planExecution } from '../../../../src/graphql/execution/plan.ts';

const schema = buildSchema(`
  interface Named { name: String }
  type Model implements Named { name: String size: Int }
  union Thing = Model
  type Query { model: Model models: [Model!] named: Named things: [Thing] }
  type Mutation { load: Model }
`);

function plan(text: string, over: GraphQLSchema = schema) {
  const document = parse(text);
  const operation = getOperationAST(document);
  assert.ok(operation);
  return planExecution(over, document, operation);
}

describe('a plan has', () => {
  test('each field of the response once, in their order, with all places that select it', () => {
    const root = plan(`{ model { size ...F } ... on Query { model { name } } models { a: name } ...G }
      fragment F on Named { ... on Model { name ... on Named { size } } } fragment G on Query { models { b: name } }`)?.root;
    assert.deepEqual(
      root?.fields.map(({ key, nodes }) => [key, nodes.length]),
      [
        ['model', 2],
        ['models', 2],
      ],
    );
    const keys = root.fields.map(({ value }) => {
      const below = value.kind === 'list' ? value.item : value;
      return below.kind === 'object' ? below.object.fields.map(({ key }) => key) : [];
    });
    assert.deepEqual(keys, [
      ['size', 'name'],
      ['a', 'b'],
    ]);
  });

  test('each field of a fragment once, wherever it is spread', () => {
    const root = plan('{ a: model { ...F size } b: model { ...F } } fragment F on Model { name }')?.root;
    const [a, b] = root?.fields.map(({ value }) => (value.kind === 'object' ? value.object.fields : [])) ?? [];
    assert.equal(a?.length, 2);
    assert.equal(a?.[0], b?.[0]);
  });

  test('no fields of fragments on other types', () => {
    const union = buildSchema('type A { x: Int } type B { y: Int } union AB = A | B type Query { a: A ab: AB }');
    const [a] = plan('{ a { ... on AB { ... on B { y } ... on A { x } } } }', union)?.root.fields ?? [];
    assert.ok(a?.value.kind === 'object');
    assert.deepEqual(
      a.value.object.fields.map(({ key }) => key),
      ['x'],
    );
  });
});

describe('graphql-js is left with', () => {
  for (const [what, text] of [
    ['mutations', 'mutation { load { name } }'],
    ['introspection', '{ __schema { description } }'],
    ['introspection of a type', '{ a: __type(name: "Model") { name } }'],
    ['interfaces', '{ named { name } }'],
    ['unions', '{ things { __typename } }'],
    ['directives on fields', '{ model { name @skip(if: true) } }'],
    ['directives on fragments', 'query($yes: Boolean!) { model { ... @include(if: $yes) { name } } }'],
    ['directives on spreads', '{ model { ...F @include(if: true) } } fragment F on Model { name }'],
    ['a name that no plain object can have', '{ model { __proto__: name } }'],
    ['fields that are not there', '{ model { weight } }'],
    ['fragments that are not there', '{ model { ...F } }'],
  ] as const) {
    test(what, () => assert.equal(plan(text), null));
  }

  test('types that look at their values', () => {
    const looking = buildSchema('type Model { name: String } type Query { model: Model }');
    const type = looking.getType('Model');
    assert.ok(type !== undefined && 'isTypeOf' in type);
    type.isTypeOf = () => true;
    assert.equal(plan('{ model { name } }', looking), null);
  });

  test('schemas that are not valid', () => {
    assert.equal(plan('{ x }', buildSchema('type Query { x: Int } type Empty', { assumeValidSDL: true })), null);
  });
});
