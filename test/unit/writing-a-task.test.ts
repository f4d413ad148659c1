import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { printType } from 'graphql';
import type { RowPort } from '../../src/tasks/row-signature.ts';
import type { Tensor } from '../../src/tensors/tensor.ts';
import { outlierDetection } from '../fixtures/outlier-detection.ts';
import { taskContext } from '../helpers/shared-types.ts';

suite('The task of docs/guides/writing-a-task.md', () => {
  const inputs: RowPort[] = [{ name: 'X', datatype: 'FP32', shape: [2] }];
  const outputs: RowPort[] = [
    { name: 'label', datatype: 'INT64', shape: [1] },
    { name: 'scores', datatype: 'FP32', shape: [1] },
  ];

  function bind(ports = outputs) {
    const context = taskContext(inputs, ports, { features: [{ name: 'width' }, { name: 'height' }] });
    // The key of a task that is not in the table is not in the manifest's schema either.
    return outlierDetection.bind({
      ...context,
      manifest: Object.assign(context.manifest, { outliers: { below: -0.1 } }),
    });
  }

  test('is the file that is checked and run here, but for where its imports lie', async () => {
    const page = await readFile(new URL('../../docs/guides/writing-a-task.md', import.meta.url), 'utf8');
    const file = await readFile(new URL('../fixtures/outlier-detection.ts', import.meta.url), 'utf8');
    const [, code = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(page) ?? [];
    assert.equal(file.replaceAll("'../../src/tasks/", "'./").replaceAll("'../../src/", "'../"), code);
  });

  test('has the types that it says', () => {
    const { inputType, outputType } = bind();
    assert.match(printType(inputType), /width: Float!\n[^]*height: Float!/);
    assert.match(printType(outputType), /Whether the score is below -0\.1\."""\n {2}isOutlier: Boolean!/);
  });

  test('goes from an input to a result', async () => {
    const bound = bind();
    const row = await bound.encode({ width: 1, height: 2 });
    assert.deepEqual(row.tensors.get('X')?.data, Float32Array.of(1, 2));
    assert.deepEqual(bound.outputsFor(new Set(['isOutlier', 'meta'])), ['scores']);
    const score: Tensor = { datatype: 'FP32', shape: [1], data: Float32Array.of(-0.25) };
    assert.deepEqual(bound.decode(new Map([['scores', score]]), row), { score: -0.25, isOutlier: true });
    const nothing: Tensor = { ...score, data: Float32Array.of(Number.NaN) };
    assert.throws(() => bound.decode(new Map([['scores', nothing]]), row), { code: 'INFERENCE_FAILED' });
  });

  test('refuses a model without a score', () => {
    assert.throws(() => bind(outputs.slice(0, 1)), { name: 'ModelLoadError', message: /"label" INT64/ });
  });
});
