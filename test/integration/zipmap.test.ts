import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { query, startTestGateway } from '../helpers/gateway.ts';
import { stateOf } from '../helpers/model-state.ts';
import { zipmapModel } from '../helpers/onnx-models.ts';
import { inferRaw } from '../helpers/raw-inference.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const names = ['setosa', 'versicolor', 'virginica'];
const numbers = [70, -3, 10];
const classification = 'task: tabular-classification\n';
const models = await temporaryFolder(
  { after },
  {
    'names/1/model.onnx': zipmapModel({ labels: names, width: 3 }),
    'numbers/1/model.onnx': zipmapModel({ labels: numbers, width: 3 }),
    'zipmap-first/1/model.onnx': zipmapModel({ labels: names, width: 3, zipmapFirst: true }),
    'typed-names/1/model.onnx': zipmapModel({ labels: names, width: 3 }),
    'typed-names/model.yaml': classification,
    'typed-numbers/1/model.onnx': zipmapModel({ labels: numbers, width: 3 }),
    'typed-numbers/model.yaml': classification,
    'renamed/1/model.onnx': zipmapModel({ labels: numbers, width: 3 }),
    'renamed/model.yaml': `${classification}labels: [septuagenarian, owed, ten]\nfeatures:\n  - { name: a }\n  - { name: b }\n  - { name: c }\n`,
    'renamed-names/1/model.onnx': zipmapModel({ labels: names, width: 3 }),
    'renamed-names/model.yaml': `${classification}labels: [Borsten, bunte, virginische]\n`,
    'plain-numbers/1/model.onnx': zipmapModel({ labels: numbers, width: 3, zipmap: false }),
    'plain-numbers/model.yaml': classification,
    'too-few/1/model.onnx': zipmapModel({ labels: numbers, width: 3 }),
    'too-few/model.yaml': `${classification}labels: [one, two]\n`,
  },
);
const gateway = await startTestGateway({ after }, models);

/** Softmax of 2 against 0 and 0, as the model computes it. */
const [winner, loser] = [Math.exp(2) / (Math.exp(2) + 2), 1 / (Math.exp(2) + 2)];

/** The features of a flower of this class: the model picks the class whose feature is the largest. */
function ofClass(place: number): Record<string, number> {
  return Object.fromEntries([0, 1, 2].map((index) => [`x${index}`, index === place ? 2 : 0]));
}

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-6, `${actual} is not ${expected}`);
}

describe('a classifier with a ZipMap and no manifest', () => {
  for (const [name, labels, datatype] of [
    ['names', names, 'BYTES'],
    ['numbers', numbers, 'INT64'],
    ['zipmap-first', names, 'BYTES'],
  ] as const) {
    test(`gives label and scores through infer: ${name}`, async () => {
      const x = [2, 0, 0, 0, 2, 0, 0, 0, 2];
      const { outputs, errors, batchSize } = await inferRaw(gateway, name, [
        { name: 'X', datatype: 'FP32', shape: [3, 3], values: x },
      ]);
      assert.deepEqual(errors, []);
      assert.equal(batchSize, 3);
      const { output_label: label, output_probability: scores } = outputs;
      assert.deepEqual([label?.datatype, label?.values], [datatype, labels]);
      assert.deepEqual([scores?.datatype, scores?.shape], ['FP32', [3, 3]]);
      const rows: number[][] = scores?.values;
      assert.equal(rows.flat().length, 9);
      for (const [row, values] of rows.entries()) {
        for (const [column, score] of values.entries()) near(score, row === column ? winner : loser);
      }
    });

    test(`has a typed field, whose columns are told: ${name}`, async () => {
      const { field, phase, notes } = await stateOf(gateway, name);
      assert.equal(phase, 'READY');
      assert.deepEqual(notes, [
        'The ZipMap behind the output "output_probability" was cut off: the output is FP32 with a column for each of the 3 classes, instead of a sequence of maps.',
      ]);
      const document = `{
        predict { ${field}(input: { X: [0, 2, 0] }) { output_label output_probability { shape values } } }
        model(name: "${name}") { defaultVersion { signature { outputs { name classLabels } } } }
      }`;
      const { data, errors } = await query(gateway, document);
      assert.deepEqual(errors, []);
      const answer = data.predict[field ?? ''];
      assert.equal(answer.output_label, labels[1]);
      assert.deepEqual(answer.output_probability.shape, [3]);
      near(answer.output_probability.values[1], winner);
      const { outputs } = data.model.defaultVersion.signature;
      assert.deepEqual(outputs, [
        { name: 'output_label', classLabels: null },
        { name: 'output_probability', classLabels: labels.map(String) },
      ]);
    });
  }
});

describe('a classifier with a ZipMap and the task tabular-classification', () => {
  for (const [name, field, labels] of [
    ['typed-names', 'typedNames', names],
    ['typed-numbers', 'typedNumbers', numbers.map(String)],
    ['renamed-names', 'renamedNames', ['Borsten', 'bunte', 'virginische']],
    ['plain-numbers', 'plainNumbers', numbers.map(String)],
  ] as const) {
    test(`gives its labels, and scores in the order of the most likely: ${name}`, async () => {
      const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`;
      const document = `query($inputs: [${type}!]!) { predict {
        ${field}Batch(inputs: $inputs) { label score scores { label score } top: scores(top: 1) { label } meta { batchSize } }
      } model(name: "${name}") { labels } }`;
      const { data, errors } = await query(gateway, document, { inputs: [0, 1, 2].map(ofClass) });
      assert.deepEqual(errors, []);
      assert.deepEqual(data.model.labels, labels);
      const rows = data.predict[`${field}Batch`] as {
        label: string;
        score: number;
        scores: { label: string; score: number }[];
        top: { label: string }[];
        meta: { batchSize: number };
      }[];
      assert.equal(rows.length, 3);
      for (const [row, { label, score, scores, top, meta }] of rows.entries()) {
        assert.equal(label, labels[row]);
        near(score, winner);
        const others = labels.filter((_, index) => index !== row);
        assert.deepEqual(
          scores.map((each) => each.label),
          [labels[row], ...others],
        );
        for (const [place, each] of scores.entries()) near(each.score, place === 0 ? winner : loser);
        assert.deepEqual(top, [{ label: labels[row] }]);
        assert.equal(meta.batchSize, 3);
      }
    });
  }

  test('takes the names of features and labels from the manifest', async () => {
    const document =
      '{ predict { renamed(input: { a: 0, b: 2, c: 0 }) { label scores { label } } } model(name: "renamed") { features { name } labels } }';
    const { data, errors } = await query(gateway, document);
    assert.deepEqual(errors, []);
    assert.equal(data.predict.renamed.label, 'owed');
    assert.deepEqual(data.predict.renamed.scores, [{ label: 'owed' }, { label: 'septuagenarian' }, { label: 'ten' }]);
    assert.deepEqual(data.model, {
      features: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
      labels: ['septuagenarian', 'owed', 'ten'],
    });
  });

  test('asks the model only for the label where nothing else is selected', async () => {
    const { data, errors } = await query(
      gateway,
      '{ predict { typedNumbers(input: { x0: 0, x1: 0, x2: 2 }) { label } } }',
    );
    assert.deepEqual(errors, []);
    assert.deepEqual(data.predict.typedNumbers, { label: '10' });
  });

  test('is refused where the manifest lists another number of labels than the file', async () => {
    const { phase, reason } = await stateOf(gateway, 'too-few');
    assert.equal(phase, 'FAILED');
    assert.equal(
      reason,
      "The manifest lists 2 labels, and the model's file names 3 classes: 70, -3, 10; list a label for each, in this order.",
    );
  });
});
