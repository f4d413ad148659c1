import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { buildSchema, getVariableValues, GraphQLEnumType, parse, type OperationDefinitionNode } from 'graphql';
import { variablesReader } from '../../../../src/graphql/execution/variables.ts';

const schema = buildSchema(`
  input Row { length: Float! width: Float colour: Colour count: Int = 3 }
  input Nested { row: Row! rows: [Row!] self: Nested ids: [[ID]] flag: Boolean text: String! = "none" }
  input Either @oneOf { a: Int b: String }
  input Inherited { constructor: Int toString: Float }
  input Loose { constructor: Any known: Int }
  scalar Any
  enum Colour { RED GREEN }
  type Query { x: Int }
`);
const colours = schema.getType('Colour');
assert.ok(colours instanceof GraphQLEnumType);
for (const value of colours.getValues()) value.value = { name: value.name };

function definitionsOf(text: string) {
  const [operation] = parse(`query(${text}) { x }`).definitions;
  return (operation as OperationDefinitionNode).variableDefinitions ?? [];
}

/** What is read of variables with these definitions. */
function read(text: string, sent: Readonly<Record<string, unknown>> | undefined) {
  return variablesReader(schema, definitionsOf(text))(sent);
}

describe('variables that fit', () => {
  test('are the very objects and lists that were sent', () => {
    const rows = [
      { length: 1, width: null, colour: null, count: 1 },
      { length: 2.5, count: 0 },
    ];
    const { coerced } = read('$rows: [Row!]!', { rows });
    assert.equal(coerced?.['rows'], rows);
  });

  test('are copied down to what changes, and no further', () => {
    const same = { length: 1, count: 1 };
    const changing = { length: 2, count: 2, colour: 'RED' };
    const { coerced } = read('$rows: [Row!]!', { rows: [same, changing, same] });
    const [first, second, third] = (coerced?.['rows'] ?? []) as readonly object[];
    assert.equal(first, same);
    assert.equal(third, same);
    assert.deepEqual(second, { length: 2, count: 2, colour: { name: 'RED' } });
    assert.deepEqual(changing, { length: 2, count: 2, colour: 'RED' });
  });

  test('take their defaults, and are absent where they have none', () => {
    assert.deepEqual(read('$a: Int = 3, $b: Int, $c: Row', { c: null }), { coerced: { a: 3, c: null } });
    assert.deepEqual(read('$b: Int', undefined), { coerced: {} });
  });
});

describe('as graphql-js reads it, so is read', () => {
  for (const [what, type, value] of [
    ['one of two, both given', 'Either', { a: 1, b: 'x' }],
    ['one of two, none given', 'Either', {}],
    ['one of two that is null', 'Either!', { a: null }],
    ['one of two', 'Either', { b: 'x' }],
    ['a name that any object has, not given', 'Inherited', {}],
    ['a name that any object has, not given, beside one that the type has not', 'Loose', { unknown: 1 }],
    ['an object that inherits a field', 'Row', Object.assign(Object.create({ length: 1 }) as object, { count: 1 })],
    [
      'an object of a class',
      'Row',
      new (class {
        length = 1;
      })(),
    ],
    ['an object with its prototype as a field', 'Row', JSON.parse('{"length":1,"__proto__":{"width":1}}') as object],
    ['an object without a prototype', 'Row', Object.assign(Object.create(null) as object, { length: 1, count: 1 })],
    ['a list where an object is due', 'Row', [{ length: 1 }]],
    ['one thing for a list', '[Row!]', { length: 1, count: 1 }],
    ['something else that can be iterated', '[Int]', new Set([1, 2])],
    ['a list with a hole', '[Int]', Object.assign([1], { 2: 3 })],
    ['a default in a field', 'Row', { length: 1 }],
    ['a field that is undefined', 'Row', { length: 1, width: undefined, count: 1 }],
  ] as const) {
    test(what, () => {
      const expected = getVariableValues(schema, definitionsOf(`$v: ${type}`), { v: value }, { maxErrors: 50 });
      const actual = read(`$v: ${type}`, { v: value });
      assert.deepEqual(actual.errors?.map(String), expected.errors?.map(String));
      assert.deepEqual(withoutPrototypes(actual.coerced), withoutPrototypes(expected.coerced));
    });
  }
});

const junk = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0, 1, -7, 0.5, 2 ** 31, 'RED', 'BLUE', 'text', true, null) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(undefined, Number.NaN, 5n, new Date(0), new Map(), Symbol('s'), read),
  },
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ weight: 3, arbitrary: junk }, fc.array(tie('value'), { maxLength: 3 }), tie('object')),
  row: fc.record(
    { length: fc.constantFrom(1, 0.5, 'x', null), width: fc.constantFrom(2, null), colour: junk, count: junk },
    { requiredKeys: ['length'] },
  ),
  object: fc.oneof(
    tie('row'),
    fc.record(
      {
        row: tie('row'),
        rows: fc.array(tie('row'), { maxLength: 2 }),
        self: tie('object'),
        ids: fc.constantFrom([['a']], [[1, null]], ['b'], 'c', [[true]]),
        flag: junk,
        text: junk,
        a: junk,
        b: junk,
        constructor: junk,
        toString: junk,
        unknown: junk,
      },
      { requiredKeys: [], noNullPrototype: false },
    ),
    fc.constantFrom(
      JSON.parse('{"length":1,"__proto__":2}'),
      Object.create({ length: 1 }),
      new (class Row {
        length = 1;
      })(),
    ),
  ),
}));

test('whatever is sent, graphql-js would say the same, and make the same of it', () => {
  const types = [
    'Row',
    'Row!',
    '[Row!]!',
    'Nested',
    'Nested!',
    '[Nested]',
    'Either',
    'Inherited',
    'Int',
    '[Colour!]',
    'ID!',
    'Gone',
  ];
  let [good, bad] = [0, 0];
  fc.assert(
    fc.property(
      fc.array(fc.record({ type: fc.constantFrom(...types), value, isSent: fc.boolean() }), { maxLength: 3 }),
      (variables) => {
        const text = variables.map(({ type }, index) => `$v${index}: ${type}`).join(', ') || '$v: Int';
        const sent = Object.fromEntries(
          variables.flatMap((variable, index) => (variable.isSent ? [[`v${index}`, variable.value]] : [])),
        );
        const expected = getVariableValues(schema, definitionsOf(text), sent, { maxErrors: 50 });
        const actual = read(text, sent);
        assert.deepEqual(actual.errors?.map(String), expected.errors?.map(String));
        assert.deepEqual(withoutPrototypes(actual.coerced), withoutPrototypes(expected.coerced));
        if (expected.errors === undefined) good += 1;
        else bad += 1;
      },
    ),
    { numRuns: 3000 },
  );
  assert.ok(good > 100 && bad > 100, `${good} good, ${bad} bad`);
});

/** Objects that are handed on have the prototype that they came with, which is the usual one or none. */
function withoutPrototypes(of: unknown): unknown {
  if (Array.isArray(of)) return of.map(withoutPrototypes);
  if (typeof of !== 'object' || of === null) return of;
  return Object.fromEntries(Object.entries(of).map(([key, inner]) => [key, withoutPrototypes(inner)]));
}
