import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createBackend } from '../../src/backends/index.ts';
import { addModel, type Addition } from '../../src/cli/add/addition.ts';
import { type AddFlags, readAddRequest } from '../../src/cli/add/request.ts';
import { createWorkbench } from '../../src/cli/add/workbench.ts';
import { compileOptions } from '../../src/config/options.ts';
import { query, startTestGateway } from '../helpers/gateway.ts';
import { model, tensorValue } from '../helpers/onnx-builder.ts';
import { zipmapModel } from '../helpers/onnx-models.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** Models as skl2onnx writes them by default. */
const fixtures = fileURLToPath(new URL('../fixtures/skl2onnx/', import.meta.url));
const workbench = createWorkbench(createBackend('onnxruntime'), 1_000_000);

async function addTo(models: string, file: string, flags: AddFlags = {}): Promise<Addition> {
  const request = readAddRequest(file, compileOptions({ models }, {}), flags);
  return await addModel(request, workbench, new AbortController().signal);
}

suite('inferql add loads texts where the locale en_US.UTF-8 is missing:', { timeout: 60_000 }, () => {
  for (const flags of [{}, { optimize: true }]) {
    test(`a text pipeline of skl2onnx that names no locale, ${JSON.stringify(flags)}`, async (context) => {
      const models = await temporaryFolder(context);
      const said = await addTo(models, `${fixtures}messages-by-default.onnx`, { ...flags, name: 'messages' });
      assert.equal(said.task, 'text-classification');
      const notes = said.notes.filter((note) => /names no locale, and gets "C"/.test(note));
      assert.equal(notes.length, 1, said.notes.join('\n'));
      const gateway = await startTestGateway(context, models);
      const { data, errors } = await query(
        gateway,
        '{ predict { messages(input: { text: "FREE Prize, Zürich ÄÖ" }) { label } } }',
      );
      assert.deepEqual(errors, []);
      assert.equal(data.predict.messages.label, 'spam', 'in lower case');
    });
  }
});

suite('inferql add takes for a classifier', { timeout: 60_000 }, () => {
  const upsideDown =
    /label.*not the class of the greatest score in "scores" in 8 of 8 rows.*that of the least.*distances/;

  test('no clusterer, whose scores are distances', async (context) => {
    const said = await addTo(await temporaryFolder(context), `${fixtures}clusters.onnx`);
    assert.equal(said.task, 'tensor');
    assert.match(said.notes.join('\n'), /looks like the task tabular-classification, and is not: /);
    assert.match(said.notes.join('\n'), upsideDown);
  });

  test('a clusterer for whom it is asked, with a doubt, and no advice to take the softmax of distances', async (context) => {
    const flags = { task: 'tabular-classification' };
    const said = await addTo(await temporaryFolder(context), `${fixtures}clusters.onnx`, flags);
    assert.equal(said.task, 'tabular-classification');
    assert.match(said.notes.join('\n'), upsideDown);
    assert.doesNotMatch(said.notes.join('\n'), /softmax/);
  });

  test('one whose classes are numbers that do not count from 0', async (context) => {
    const folder = await temporaryFolder(context, { 'm.onnx': zipmapModel({ labels: [30, -7, 2] }) });
    const said = await addTo(join(folder, 'models'), join(folder, 'm.onnx'));
    assert.equal(said.task, 'tabular-classification');
    assert.doesNotMatch(said.notes.join('\n'), /greatest score/);
  });
});

suite('inferql add fails, and leaves nothing behind, for', { timeout: 60_000 }, () => {
  const refuse = async (models: string, fixture: string, flags: AddFlags, words: RegExp) => {
    await assert.rejects(addTo(models, `${fixtures}${fixture}.onnx`, flags), words);
    assert.deepEqual(await readdir(models), []);
  };

  test('a tokenizer that no task can read, saying why', async (context) => {
    const given = await temporaryFolder(context, { 'tokenizer.json': '{}' });
    const models = await temporaryFolder(context);
    const flags = { with: [join(given, 'tokenizer.json')] };
    const words =
      /text-classification, and is not: The input "X" takes FP32.*--with gives tokenizer\.json, which the task/;
    await refuse(models, 'forest', flags, words);
    const said = await addTo(models, `${fixtures}forest.onnx`, { ...flags, task: 'tensor' });
    assert.deepEqual(said.files, ['model.onnx', 'tokenizer.json']);
  });

  test('a file that the task of the manifest does not read', async (context) => {
    const given = await temporaryFolder(context, { 'preprocessor_config.json': '{}' });
    const models = await temporaryFolder(context);
    await addTo(models, `${fixtures}progression.onnx`);
    const adding = addTo(models, `${fixtures}progression.onnx`, { with: [join(given, 'preprocessor_config.json')] });
    await assert.rejects(adding, /gives preprocessor_config\.json, which the task tabular-regression does not read/);
    assert.deepEqual((await readdir(join(models, 'progression'))).toSorted(), ['1', 'model.yaml']);
  });

  test('text in the place of a number in an example, and says so instead of taking another task', async (context) => {
    const wrong = [{ x0: '5.1', x1: 3.5, x2: 1.4, x3: 0.2 }];
    const given = await temporaryFolder(context, { 'e.json': JSON.stringify(wrong) });
    const words =
      /examples does not fit the task tabular-classification: .*"x0" is "5\.1", and the feature takes a number/;
    await refuse(await temporaryFolder(context), 'forest', { examples: join(given, 'e.json') }, words);
  });
});

test('inferql add --optimize warns of a file that became large, since its graph computed the weights', async (context) => {
  const folder = await temporaryFolder(context, { 'm.onnx': computesWeights() });
  const said = await addTo(join(folder, 'models'), join(folder, 'm.onnx'), { optimize: true });
  assert.match(said.notes.join('\n'), /WARNING: --optimize made the files \d+ times as large, .* → 2\.\d MB: weights/);
});

/** `y` = `x` · (`column` · `row`): 20 kB of weights, of which the graph makes 2 MB. */
function computesWeights(): Uint8Array<ArrayBuffer> {
  const [height, width] = [2000, 250];
  return model({
    inputs: [tensorValue('x', 'FP32', ['N', height])],
    outputs: [tensorValue('y', 'FP32', ['N', width])],
    nodes: [
      { op: 'MatMul', inputs: ['column', 'row'], outputs: ['weights'] },
      { op: 'MatMul', inputs: ['x', 'weights'], outputs: ['y'] },
    ],
    initializers: [
      { name: 'column', datatype: 'FP32', shape: [height, 1], data: new Float32Array(height).fill(0.01) },
      { name: 'row', datatype: 'FP32', shape: [1, width], data: new Float32Array(width).fill(0.01) },
    ],
  });
}
