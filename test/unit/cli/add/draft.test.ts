import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { draftActivation, draftFeatures, draftLabels } from '../../../../src/cli/add/draft.ts';
import type { RowPort, RowSignature } from '../../../../src/tasks/row-signature.ts';

const nobody = { features: null, labels: null, isMultiLabel: false };

function rows(inputs: readonly RowPort[], outputs: readonly RowPort[] = []): RowSignature {
  return { axis: { kind: 'dynamic' }, inputs, outputs };
}

function float(name: string, ...shape: (number | null)[]): RowPort {
  return { name, datatype: 'FP32', shape };
}

suite('the features of a draft', () => {
  test('are called as their inputs are', () => {
    assert.deepEqual(draftFeatures(rows([float('age', 1), float('fare', 1)]), null, {}), [
      { keys: { name: 'age' }, isPlaceholder: false },
      { keys: { name: 'fare' }, isPlaceholder: false },
    ]);
  });

  test('name the input where GraphQL takes another name, and say what it was', () => {
    const drafted = draftFeatures(rows([float('sepal length (cm)', 1), float('b', 1)]), null, {});
    assert.deepEqual(drafted?.[0]?.keys, {
      name: 'sepalLengthCm',
      input: 'sepal length (cm)',
      description: 'sepal length (cm)',
    });
  });

  test('stay as they are where two would be the same', () => {
    const drafted = draftFeatures(rows([float('x', 2)]), ['a b', 'a-b'], {});
    assert.deepEqual(
      drafted?.map(({ keys }) => keys['name']),
      ['a b', 'a-b'],
    );
  });

  test('are placeholders where nobody names the columns', () => {
    assert.deepEqual(draftFeatures(rows([float('X', 2)]), null, {}), [
      { keys: { name: 'x0', description: 'Column 1 of 2 of the input X' }, isPlaceholder: true },
      { keys: { name: 'x1', description: 'Column 2 of 2 of the input X' }, isPlaceholder: true },
    ]);
    const [first] = draftFeatures(rows([float('a', 2), float('b', 1)]), null, {}) ?? [];
    assert.deepEqual(first?.keys, { name: 'a_0', input: 'a', description: 'Column 1 of 2 of the input a' });
  });

  test('take their examples from an input as clients send it', () => {
    const drafted = draftFeatures(rows([float('a', 1), float('b', 1)]), null, { a: 1, b: [2] });
    assert.deepEqual(
      drafted?.map(({ keys }) => keys),
      [{ name: 'a', example: 1 }, { name: 'b' }],
    );
  });

  test('are as many as there are names, where the file leaves the number open', () => {
    assert.equal(draftFeatures(rows([float('x', null)]), ['a', 'b'], {})?.length, 2);
    assert.equal(draftFeatures(rows([float('x', null)]), null, {}), null);
  });

  test('are none where the names are too many or too few', () => {
    assert.equal(draftFeatures(rows([float('x', 3)]), ['a', 'b'], {}), null);
  });
});

suite('the labels of a draft', () => {
  const zipped = rows([], [{ ...float('scores', 2), classLabels: ['0', '1'] }]);
  const named = rows([], [{ ...float('scores', 2), classLabels: ['ham', 'spam'] }]);

  test('are those that somebody asks for, before all others', () => {
    assert.deepEqual(draftLabels(named, { ...nobody, labels: ['a', 'b'] }, ['c', 'd']), ['c', 'd']);
  });

  test('are those of the graph, before those of the metadata', () => {
    assert.deepEqual(draftLabels(named, { ...nobody, labels: ['a', 'b'] }, null), ['ham', 'spam']);
  });

  test('are those of the metadata, where the graph has only numbers for them', () => {
    assert.deepEqual(draftLabels(zipped, { ...nobody, labels: ['a', 'b'] }, null), ['a', 'b']);
    assert.deepEqual(draftLabels(zipped, { ...nobody, labels: ['a', 'b', 'c'] }, null), ['0', '1']);
  });
});

suite('the activation of a draft', () => {
  for (const [title, outputs, isMultiLabel, activation] of [
    ['softmax for logits', [float('logits', 3)], false, 'softmax'],
    ['sigmoid for one logit', [float('logits', 1)], false, 'sigmoid'],
    ['sigmoid where several classes may hold', [float('logits', 3)], true, 'sigmoid'],
    ['none for an output of another name', [float('probabilities', 3)], false, null],
    ['none beside another output that may be the scores', [float('logits', 3), float('p', 3)], false, null],
  ] as const) {
    test(`is ${title}`, () => {
      assert.equal(draftActivation(rows([], outputs), { ...nobody, isMultiLabel }), activation);
    });
  }
});
