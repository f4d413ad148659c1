import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { applyEdits, editsOfGraph } from '../../../../src/backends/onnxruntime/graph-edits.ts';
import { signatureOf } from '../../../../src/backends/onnxruntime/signature.ts';
import { cutZipMaps } from '../../../../src/backends/onnxruntime/zipmap.ts';
import { type NodeSpec, model, tensorValue } from '../../../helpers/onnx-builder.ts';
import { zipmapModel } from '../../../helpers/onnx-models.ts';
import { readBytes } from './read-bytes.ts';

describe('cutting a ZipMap off', () => {
  const cases = [
    { title: 'string labels', labels: ['setosa', 'versicolor', 'virginica'], zipmapFirst: false },
    { title: 'integer labels', labels: [3, -7], zipmapFirst: false },
    { title: 'nodes behind the ZipMap', labels: ['no', 'yes'], zipmapFirst: true },
    {
      title: 'so many classes that lengths take more bytes',
      labels: Array.from({ length: 300 }, (_, at) => `class ${at}`),
      zipmapFirst: false,
    },
  ];
  for (const { title, labels, zipmapFirst } of cases) {
    it(`leaves a graph whose output is a tensor with a column for each class: ${title}`, async () => {
      const original = zipmapModel({ labels, zipmapFirst });
      const { graph, file } = await readBytes(original);
      const { cuts, edits } = cutZipMaps(graph);
      assert.deepEqual([...cuts], [['output_probability', labels.map(String)]]);

      const rewritten = await readBytes(applyEdits(original, editsOfGraph(graph, edits)));
      assert.deepEqual(rewritten.file, file);
      assert.deepEqual(rewritten.graph.outputs.at(-1)?.type, {
        kind: 'tensor',
        element: 1,
        shape: [null, labels.length],
      });
      assert.equal(rewritten.graph.producers.get('output_probability')?.operator, 'Identity');
      assert.deepEqual(rewritten.graph.producers.get('output_label'), {
        ...graph.producers.get('output_label'),
        span: rewritten.graph.producers.get('output_label')?.span,
      });
    });
  }

  it('names the classes on the output and says what was done', async () => {
    const { graph } = await readBytes(zipmapModel({ labels: ['no', 'yes'] }));
    const { signature, notes } = signatureOf(graph, cutZipMaps(graph).cuts);
    assert.deepEqual(signature.outputs, [
      { name: 'output_label', datatype: 'BYTES', shape: [null] },
      { name: 'output_probability', datatype: 'FP32', shape: [null, 2], classLabels: ['no', 'yes'] },
    ]);
    assert.match(notes.join(), /The ZipMap behind the output "output_probability" was cut off/);
  });

  it('changes nothing in a graph without one', async () => {
    const original = zipmapModel({ zipmap: false });
    const { edits } = cutZipMaps((await readBytes(original)).graph);
    assert.deepEqual(edits, []);
    assert.deepEqual(applyEdits(original, edits), original);
  });
});

describe('class labels of a classifier without a ZipMap', () => {
  const labels = { classlabels_ints: { ints: [10, 20, 30] } };
  const labelsOf = async (columns: number | null, classifier: string, ...between: readonly string[]) => {
    const names = ['scores0', ...between.map((_, at) => `scores${at + 1}`)];
    const steps: NodeSpec[] = between.map((op, at) => ({
      op,
      domain: op === 'Normalizer' ? 'ai.onnx.ml' : '',
      inputs: [names[at] ?? ''],
      outputs: [names[at + 1] ?? ''],
    }));
    const classify = {
      op: classifier,
      domain: 'ai.onnx.ml',
      inputs: ['x'],
      outputs: ['label', 'scores0'],
      attributes: labels,
    };
    const { graph } = await readBytes(
      model({
        opsets: { '': 17, 'ai.onnx.ml': 3 },
        inputs: [tensorValue('x', 'FP32', ['N', 4])],
        outputs: [tensorValue('label', 'INT64', ['N']), tensorValue(names.at(-1) ?? '', 'FP32', ['N', columns])],
        nodes: [classify, ...steps],
      }),
    );
    const [label, scores] = signatureOf(graph, new Map()).signature.outputs;
    assert.equal(label?.classLabels, undefined);
    return scores?.classLabels;
  };

  it('are found behind operators that keep the columns', async () => {
    const found = ['10', '20', '30'];
    assert.deepEqual(await labelsOf(3, 'LinearClassifier'), found);
    assert.deepEqual(await labelsOf(null, 'TreeEnsembleClassifier', 'Normalizer', 'Cast', 'Identity'), found);
    assert.deepEqual(await labelsOf(3, 'SVMClassifier', 'Softmax'), found);
  });

  it('are left out where they may not be those of the columns', async () => {
    assert.equal(await labelsOf(2, 'LinearClassifier'), undefined);
    assert.equal(await labelsOf(null, 'SVMClassifier'), undefined);
    assert.equal(await labelsOf(3, 'LinearClassifier', 'Transpose'), undefined);
    assert.equal(await labelsOf(3, 'LinearRegressor'), undefined);
  });

  it('are not looked for without end in a graph that goes in a circle', async () => {
    const { graph } = await readBytes(
      model({
        inputs: [tensorValue('x', 'FP32', ['N'])],
        outputs: [tensorValue('y', 'FP32', ['N'])],
        nodes: [{ op: 'Identity', inputs: ['y'], outputs: ['y'] }],
      }),
    );
    assert.equal(signatureOf(graph, new Map()).signature.outputs[0]?.classLabels, undefined);
  });
});
