import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Kind, parse, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';
import { SelectionMeasure } from '../../../src/graphql/selection-measure.ts';

/** The measure of a document's fragments, and the selections of its first operation. */
function measureOf(document: string, maxDepth = 10): { measure: SelectionMeasure; set: SelectionSetNode } {
  const fragments = new Map<string, FragmentDefinitionNode>();
  let set: SelectionSetNode | undefined;
  for (const definition of parse(document).definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    if (definition.kind === Kind.OPERATION_DEFINITION) set ??= definition.selectionSet;
  }
  assert.ok(set !== undefined);
  return { measure: new SelectionMeasure((name) => fragments.get(name), maxDepth), set };
}

describe('the extent of a selection', () => {
  const cases: readonly (readonly [document: string, depth: number, fields: number])[] = [
    ['{ a }', 1, 1],
    ['{ a b { c } }', 2, 3],
    ['{ a { b { c } } d }', 3, 4],
    ['{ ... { a } }', 2, 1],
    ['{ ...F b } fragment F on Q { a { c } }', 2, 3],
    ['{ a { ...F } b { ...F } } fragment F on Q { c d }', 2, 6],
    ['{ ...F } fragment F on Q { ...G ...G } fragment G on Q { a b }', 1, 4],
  ];
  for (const [document, depth, fields] of cases) {
    test(`of ${document} is ${depth} deep and ${fields} wide`, () => {
      const { measure, set } = measureOf(document);
      assert.deepEqual(measure.extentOf(set), { depth, fields });
      assert.equal(measure.unmeasurable, null);
    });
  }

  test('of fragments that triple is counted without expanding them', () => {
    const fragments = Array.from({ length: 60 }, (_, index) => {
      const next = index + 1;
      return `fragment F${index} on Q { ...F${next} ...F${next} ...F${next} }`;
    });
    const { measure, set } = measureOf(`{ ...F0 } ${fragments.join(' ')} fragment F60 on Q { a }`);
    assert.equal(measure.extentOf(set).fields, 3 ** 60);
  });
});

describe('a selection that cannot be measured', () => {
  const cases = [
    ['spreads an unknown fragment', '{ ...F }', { problem: 'unknown fragment', name: 'F' }],
    ['spreads a fragment in itself', '{ ...F } fragment F on Q { a ...F }', { problem: 'cycle', name: 'F' }],
    [
      'spreads fragments in a circle, through fields',
      '{ ...F } fragment F on Q { a { ...G } } fragment G on Q { b { ...F } }',
      { problem: 'cycle', name: 'F' },
    ],
    ['is too deep', `${'{ a '.repeat(11)}${'}'.repeat(11)}`, { problem: 'too deep', name: '' }],
    [
      'is too deep in inline fragments',
      `${'{ ... '.repeat(11)}{ a }${'}'.repeat(11)}`,
      { problem: 'too deep', name: '' },
    ],
  ] as const;
  for (const [what, document, expected] of cases) {
    test(what, () => {
      const { measure, set } = measureOf(document);
      measure.extentOf(set);
      assert.deepEqual(measure.unmeasurable, expected);
    });
  }

  test('is not one that is as deep as may be', () => {
    const { measure, set } = measureOf(`${'{ a '.repeat(10)}${'}'.repeat(10)}`);
    assert.equal(measure.extentOf(set).depth, 10);
    assert.equal(measure.unmeasurable, null);
  });
});

describe('the field that is selected most often in one place', () => {
  const cases: readonly (readonly [document: string, name: string, times: number])[] = [
    ['{ a }', 'a', 1],
    ['{ a b a }', 'a', 2],
    ['{ a: b a: c b }', 'a', 2],
    ['{ a { b } c { b } }', 'a', 1],
    ['{ a { b } a { b } a { c } }', 'a', 3],
    ['{ a { b b } a { b b } }', 'b', 4],
    ['{ a ... { a } ... on Q { a } }', 'a', 3],
    ['{ a ...F ...F } fragment F on Q { a }', 'a', 2],
    ['{ x { ...F } y { ...F } } fragment F on Q { a }', 'x', 1],
  ];
  for (const [document, name, times] of cases) {
    test(`of ${document} is ${name}, ${times} times`, () => {
      const { measure, set } = measureOf(document);
      assert.deepEqual(measure.mostRepeated(set), { name, times });
    });
  }
});
