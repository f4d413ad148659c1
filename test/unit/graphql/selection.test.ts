import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Kind, parse, type FieldNode, type FragmentDefinitionNode } from 'graphql';
import { SelectionReader } from '../../../src/graphql/selection.ts';

/** The nodes of the field `a` in a document, and its fragments, as a resolver gets them. */
function infoOf(document: string) {
  const nodes: FieldNode[] = [];
  const fragments: Record<string, FragmentDefinitionNode> = {};
  for (const definition of parse(document).definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    for (const node of definition.selectionSet.selections) if (node.kind === Kind.FIELD) nodes.push(node);
  }
  return { fieldNodes: nodes, fragments };
}

const cases: readonly (readonly [what: string, document: string, fields: readonly string[]])[] = [
  ['by the names of the schema, not by aliases', '{ a { one: label two: label score } }', ['label', 'score']],
  ['without __typename', '{ a { __typename label } }', ['label']],
  ['without what is below them', '{ a { meta { model } } }', ['meta']],
  ['of a field without any', '{ a }', []],
  ['of inline fragments', '{ a { ... { label } ... on B { score } } }', ['label', 'score']],
  [
    'of fragments, and of theirs',
    '{ a { ...F } } fragment F on B { label ...G } fragment G on B { score }',
    ['label', 'score'],
  ],
  ['of every place where the field is selected', '{ a { label } a { score } }', ['label', 'score']],
  [
    'also where a directive may skip them',
    '{ a { label @skip(if: true) ...F @include(if: false) } } fragment F on B { score }',
    ['label', 'score'],
  ],
  ['once each, of fragments that are spread twice', '{ a { ...F ...F } } fragment F on B { label }', ['label']],
];
for (const [what, document, fields] of cases) {
  test(`the selected fields are read ${what}`, () => {
    assert.deepEqual([...new SelectionReader().selectedFields(infoOf(document))].toSorted(), fields);
  });
}

test('the selected fields of one node are read once', () => {
  const reader = new SelectionReader();
  const info = infoOf('{ a { label } }');
  assert.equal(reader.selectedFields(info), reader.selectedFields(info));
});

test('equal documents that were parsed twice are read alike', () => {
  const reader = new SelectionReader();
  assert.deepEqual(reader.selectedFields(infoOf('{ a { label } }')), reader.selectedFields(infoOf('{ a { label } }')));
});

test('no node selects nothing', () => {
  assert.deepEqual(new SelectionReader().selectedFields({ fieldNodes: [], fragments: {} }), new Set());
});
