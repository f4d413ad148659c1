import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { inspectModelFile } from '../../../../src/backends/onnxruntime/model-file.ts';
import { readModelParts } from '../../../../src/backends/onnxruntime/model-parts.ts';
import { optimiseOffline } from '../../../../src/backends/onnxruntime/offline-optimisation.ts';
import { ModelLoadError } from '../../../../src/errors.ts';
import { model, tensorValue } from '../../../helpers/onnx-builder.ts';
import { mlpModel } from '../../../helpers/onnx-models.ts';
import { temporaryFolder } from '../../../helpers/temporary-folder.ts';

/** `y` = `x` · (2 · 3), where each factor is declared as an input too, as files of IR version 3 have it. */
const declaresWeights = model({
  inputs: [tensorValue('x', 'FP32', ['N', 1]), tensorValue('two', 'FP32', [1]), tensorValue('three', 'FP32', [1])],
  outputs: [tensorValue('y', 'FP32', ['N', 1])],
  nodes: [
    { op: 'Mul', inputs: ['two', 'three'], outputs: ['six'] },
    { op: 'Mul', inputs: ['x', 'six'], outputs: ['y'] },
  ],
  initializers: [
    { name: 'two', datatype: 'FP32', shape: [1], data: Float32Array.of(2) },
    { name: 'three', datatype: 'FP32', shape: [1], data: Float32Array.of(3) },
  ],
  irVersion: 3,
});

/** A model with nothing beside it that can be loaded as it is. */
const whole = { weightsFiles: [], edits: [] };

suite('optimising a model ahead', () => {
  test('merges what can be computed once', async (context) => {
    const folder = await temporaryFolder(context, { 'm.onnx': mlpModel([4, 8, 2]) });
    await optimiseOffline(join(folder, 'm.onnx'), join(folder, 'o.onnx'), whole);
    const [before, after] = await Promise.all(['m.onnx', 'o.onnx'].map((name) => readModelParts(join(folder, name))));
    assert.ok((after?.nodes ?? 0) < (before?.nodes ?? 0), 'Gemm and Relu are one');
    assert.deepEqual((await readdir(folder)).toSorted(), ['m.onnx', 'o.onnx']);
  });

  test('asks for no weights that were declared as inputs and are merged now', async (context) => {
    const folder = await temporaryFolder(context, { 'm.onnx': declaresWeights });
    await optimiseOffline(join(folder, 'm.onnx'), join(folder, 'o.onnx'), whole);
    const { signature } = await inspectModelFile(join(folder, 'o.onnx'));
    assert.deepEqual(signature.inputs, [{ name: 'x', datatype: 'FP32', shape: ['N', 1] }]);
    assert.equal((await readModelParts(join(folder, 'o.onnx'))).nodes, 1);
  });

  test('says what the runtime says of a model that it refuses, without paths', async (context) => {
    const wrong = model({
      inputs: [tensorValue('x', 'FP32', ['N', 2])],
      outputs: [tensorValue('y', 'INT64', ['N', 2])],
      nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }],
    });
    const folder = await temporaryFolder(context, { 'm.onnx': wrong });
    await assert.rejects(optimiseOffline(join(folder, 'm.onnx'), join(folder, 'o.onnx'), whole), (error: unknown) => {
      assert.ok(error instanceof ModelLoadError);
      assert.ok(!error.message.includes(folder), error.message);
      return true;
    });
  });
});
