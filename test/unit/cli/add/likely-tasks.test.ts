import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { likelyTasks } from '../../../../src/cli/add/likely-tasks.ts';
import type { RowPort } from '../../../../src/tasks/row-signature.ts';

type Shape = RowPort['shape'];

const float = (shape: Shape, name = 'y'): RowPort => ({ name, datatype: 'FP32', shape });
const text = (shape: Shape): RowPort => ({ name: 'text', datatype: 'BYTES', shape });
const label: RowPort = { name: 'label', datatype: 'INT64', shape: [] };
const zipped: RowPort = { ...float([2]), classLabels: ['ham', 'spam'] };
const tokens: RowPort = { name: 'input_ids', datatype: 'INT64', shape: ['sequence'] };

/** The likeliest task of a model. */
function likeliest(
  inputs: readonly RowPort[],
  outputs: readonly RowPort[],
  hints: { features?: string[]; labels?: string[]; files?: string[] } = {},
) {
  const words = { features: hints.features ?? null, labels: hints.labels ?? null, isMultiLabel: false };
  const tasks = likelyTasks(
    { axis: { kind: 'dynamic' }, inputs, outputs },
    { words, files: new Set(hints.files ?? []) },
  );
  assert.equal(tasks.at(-1), 'tensor');
  return tasks[0];
}

suite('the likeliest task', () => {
  for (const [title, task, inputs, outputs] of [
    ['columns and classes that the graph names', 'tabular-classification', [float([4])], [zipped]],
    ['columns, and a label beside scores', 'tabular-classification', [float([4])], [label, float([3])]],
    ['inputs of one column each', 'tabular-classification', [float([1]), text([1])], [label, float([3])]],
    ['columns and one float', 'tabular-regression', [float([4])], [float([1])]],
    ['columns and one float without a dimension', 'tabular-regression', [float([4])], [float([])]],
    ['columns and several floats of which nothing is known', 'tensor', [float([4])], [float([3])]],
    ['columns and two outputs of one float', 'tensor', [float([4])], [float([1]), float([1], 'z')]],
    ['an outlier detector, whose one score is no probability', 'tensor', [float([4])], [label, float([1])]],
    ['more columns than anybody fills in', 'tensor', [float([784])], [zipped]],
    ['columns of which nobody knows how many', 'tensor', [float([null])], [zipped]],
    ['one text and classes', 'text-classification', [text([1])], [zipped]],
    ['one text and numbers', 'feature-extraction', [text([])], [float([300])]],
    ['colours before height and width', 'image-classification', [float([3, 224, 224])], [float([1000])]],
    ['colours behind height and width', 'image-classification', [float([224, 224, 3])], [float([1000])]],
    ['grey of any size', 'image-classification', [float([1, 'height', 'width'])], [float([10])]],
    ['a picture and boxes', 'object-detection', [float([3, 640, 640])], [float([84, 8400])]],
    ['a picture and scores in three dimensions', 'tensor', [float([3, 224, 224])], [float([1000, 1, 1])]],
    ['planes that are smaller than pictures', 'tensor', [float([3, 4, 4])], [float([10])]],
    ['rows of several dimensions', 'tensor', [float([10, 6])], [zipped]],
    ['no input', 'tensor', [], [float([1])]],
  ] as const) {
    test(`of ${title} is ${task}`, () => assert.equal(likeliest(inputs, outputs), task));
  }

  test('of floats that somebody names is tabular-classification', () => {
    assert.equal(likeliest([float([4])], [float([3])], { labels: ['a', 'b', 'c'] }), 'tabular-classification');
  });

  test('of an open number of columns that somebody names is found all the same', () => {
    assert.equal(likeliest([float([null])], [zipped], { features: ['a', 'b'] }), 'tabular-classification');
  });

  for (const [title, task, outputs] of [
    ['scores', 'text-classification', [float([2], 'logits')]],
    ['a vector for each token', 'feature-extraction', [float(['sequence', 48], 'last_hidden_state')]],
    ['one vector', 'feature-extraction', [float([48], 'sentence_embedding')]],
  ] as const) {
    test(`of tokens and ${title} with a tokenizer is ${task}`, () => {
      assert.equal(likeliest([tokens], outputs, { files: ['tokenizer.json'] }), task);
      assert.equal(likeliest([tokens], outputs), 'tensor');
    });
  }
});
