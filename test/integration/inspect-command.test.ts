import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { buildSchema } from 'graphql';
import { runCommand } from '../helpers/command.ts';
import { query, shippedModels, startTestGateway } from '../helpers/gateway.ts';
import { documentedKeys, jsonKeys } from '../helpers/json-keys.ts';
import { stateOf } from '../helpers/model-state.ts';
import { model, tensorValue } from '../helpers/onnx-builder.ts';
import { affineModel, failsOnNegativeModel, identityModel, mlpModel, zipmapModel } from '../helpers/onnx-models.ts';
import { temporaryFolder, type TestScope } from '../helpers/temporary-folder.ts';

const good = affineModel({ width: 1 });
const golden = JSON.stringify({ examples: [{ name: 'one', inputs: { x: [1] }, outputs: { y: [3] } }] });
const custom = model({
  inputs: [tensorValue('x', 'FP32', ['N', 1])],
  outputs: [tensorValue('y', 'FP32', ['N', 1])],
  nodes: [{ op: 'Magic', domain: 'com.example', inputs: ['x'], outputs: ['y'] }],
  opsets: { '': 17, 'com.example': 1 },
});

/** Runs `inferql inspect` and gives what it printed. */
async function runInspect(test: TestScope, ...given: string[]) {
  return await runCommand(test, ['inspect', ...given]).ended;
}

/** What `inferql inspect --json` says of one of these files. */
async function inspectAmong(test: TestScope, files: Readonly<Record<string, string | Uint8Array>>, path: string) {
  const folder = await temporaryFolder(test, files);
  const { code, output, errors } = await runInspect(test, join(folder, path), '--json');
  assert.equal(errors, '');
  const inspection = JSON.parse(output);
  assert.equal(code, inspection.ok ? 0 : 1);
  assert.equal(inspection.ok, inspection.problems.length === 0);
  return { folder, inspection };
}

suite('inferql inspect', () => {
  test('gives for each shipped model an example that its server answers', async (context) => {
    const gateway = await startTestGateway(context, shippedModels);
    for (const name of await readdir(shippedModels)) {
      const { code, output, errors } = await runInspect(context, `${shippedModels}${name}/1/model.onnx`, '--json');
      assert.deepEqual([code, errors], [0, '']);
      const { model: said, version, serving, problems } = JSON.parse(output);
      assert.deepEqual({ said, version, problems }, { said: name, version: 1, problems: [] });
      const { data, errors: refusals } = await query(gateway, serving.example.query, serving.example.variables);
      assert.deepEqual(refusals, []);
      assert.ok(data.predict[name]);
      assert.ok(serving.goldenExamples >= 3);
    }
  });

  test('says for people what is in a file, and what clients would see', async (context) => {
    const { code, output, errors } = await runInspect(context, `${shippedModels}iris/1/model.onnx`);
    assert.deepEqual([code, errors], [0, '']);
    assert.match(output, /^File\n {2}path {6}\/.*iris\/1\/model\.onnx\n/);
    assert.match(output, /\n {2}model {5}iris, version 1\n {2}manifest {2}.*iris\/model\.yaml\n/);
    assert.match(
      output,
      /\n {2}format {4}ONNX, IR version 8\n {2}producer {2}skl2onnx 1\.20\.0\n {2}opsets {4}ai\.onnx/,
    );
    assert.match(output, /\nSignature\n {2}input {3}X +FP32 \[\?, 4\]\n/);
    assert.match(output, /\n {2}output {2}probabilities {2}FP32 \[\?, 3\], a column for each of 0, 1, 2\n/);
    assert.match(output, /\nBatching\n {2}Rows of different requests share a call\.\n/);
    assert.match(output, /\n {2}input IrisInput \{\n/);
    assert.match(output, /\nAn example\n {2}query iris\(/);
    assert.match(output, /\nIts variables\n {2}\{\n {4}"input": \{\n {6}"sepalLength": 5\.1,\n/);
    assert.doesNotMatch(output, /cannot be served/);
  });

  test('takes a file of any name, and makes a name for the model of it', async (context) => {
    const { inspection } = await inspectAmong(context, { 'My model (v2).onnx': good }, 'My model (v2).onnx');
    assert.deepEqual([inspection.model, inspection.version], ['My_model__v2_', 1]);
    assert.deepEqual([inspection.manifest, inspection.task], [null, 'tensor']);
    assert.ok(inspection.serving.sdl.includes('\n  myModelV2('), inspection.serving.sdl);
    assert.ok(inspection.serving.sdl.includes('input MyModelV2Input {'));
    assert.deepEqual(inspection.serving.example.variables, { input: { x: 0 } });
    assert.equal(inspection.serving.goldenExamples, 0);
  });

  test('prints types that are a schema, together with those that are the same for every model', async (context) => {
    const { inspection } = await inspectAmong(context, { 'a.onnx': identityModel() }, 'a.onnx');
    const rest = `type Query { predict: Predictions! } scalar VersionRef scalar FloatTensor
      type Tensor { a: Int } type PredictionMeta { a: Int } interface Prediction { meta: PredictionMeta! }`;
    assert.ok(buildSchema(`${inspection.serving.sdl}\n${rest}`).getType('APrediction'));
  });

  test('takes name, version, manifest and golden examples from a repository', async (context) => {
    const manifest = 'title: A title\nversions: { serve: [1] }\n';
    const files = { 'a-b/model.yaml': manifest, 'a-b/12/model.onnx': good, 'a-b/12/golden.json': golden };
    const { folder, inspection } = await inspectAmong(context, files, 'a-b/12/model.onnx');
    assert.deepEqual([inspection.model, inspection.version], ['a-b', 12]);
    assert.equal(inspection.manifest, join(folder, 'a-b/model.yaml'));
    assert.ok(inspection.serving.sdl.includes('A title: one prediction.'));
    assert.equal(inspection.serving.goldenExamples, 1);
  });

  test('takes a manifest beside the file, and no golden examples of a file of another name', async (context) => {
    const files = { 'model.yaml': 'title: Beside\n', 'export.onnx': good, 'golden.json': 'of something else' };
    const { inspection } = await inspectAmong(context, files, 'export.onnx');
    assert.equal(inspection.model, 'export');
    assert.ok(inspection.serving.sdl.includes('Beside: one prediction.'));
  });

  test('says why rows are no batch, as the file declares it and as the model behaves', async (context) => {
    const { inspection: fixed } = await inspectAmong(context, { 'a.onnx': identityModel('FP32', [3, 4]) }, 'a.onnx');
    assert.deepEqual(fixed.batching, {
      enabled: false,
      reason: 'The first dimension of the input "x" is fixed at 3.',
    });
    const sum = model({
      inputs: [tensorValue('x', 'FP32', [null, 2])],
      outputs: [tensorValue('y', 'FP32', [null, 2])],
      nodes: [{ op: 'ReduceSum', inputs: ['x', 'axes'], outputs: ['y'] }],
      initializers: [{ name: 'axes', datatype: 'INT64', shape: [1], data: BigInt64Array.of(0n) }],
    });
    const { inspection: tried } = await inspectAmong(context, { 'a.onnx': sum }, 'a.onnx');
    assert.deepEqual(tried.batching, {
      enabled: false,
      reason: 'For two rows the model gave the output "y" with 1 row.',
    });
  });

  test('has the notes of the server', async (context) => {
    const { inspection } = await inspectAmong(context, { 'a.onnx': zipmapModel() }, 'a.onnx');
    assert.match(inspection.notes.join('\n'), /^The ZipMap behind the output "output_probability" was cut off/);
    assert.deepEqual(inspection.signature.outputs[1].classLabels, ['setosa', 'versicolor', 'virginica']);
  });

  test('obeys nothing that a file says to a terminal', async (context) => {
    const named = model({
      inputs: [tensorValue('x\u001b[2J', 'FP32', ['N', 1])],
      outputs: [tensorValue('y', 'FP32', ['N', 1])],
      nodes: [{ op: 'Identity', inputs: ['x\u001b[2J'], outputs: ['y'] }],
    });
    const folder = await temporaryFolder(context, { 'a.onnx': named });
    const { code, output } = await runInspect(context, `${folder}/a.onnx`);
    assert.equal(code, 0);
    assert.ok(!output.includes('\u001b'));
  });
});

suite('inferql inspect says what is wrong in the words of the server, of', () => {
  const half = mlpModel([8, 8, 2]).subarray(0, 100);
  for (const [title, files, known] of [
    ['bytes that are no model', { '1/model.onnx': 'no model at all' }, []],
    ['half a model', { '1/model.onnx': half }, []],
    ['custom operators', { '1/model.onnx': custom }, ['file']],
    ['weights that are missing', { '1/model.onnx': withWeights() }, ['file']],
    ['types that do not fit', { '1/model.onnx': misfit() }, ['file', 'signature', 'batching']],
    ['a manifest with errors', { 'model.yaml': 'tsak: a\n', '1/model.onnx': good }, ['file', 'signature', 'batching']],
    [
      'a task that there is not',
      { 'model.yaml': 'task: a\n', '1/model.onnx': good },
      ['file', 'signature', 'batching'],
    ],
    [
      'a task that does not fit',
      { 'model.yaml': 'task: tabular-regression\nfeatures: [{ name: a }, { name: b }]\n', '1/model.onnx': good },
      ['file', 'signature', 'batching'],
    ],
    [
      'golden examples that differ',
      { '1/golden.json': golden, '1/model.onnx': failsOnNegativeModel() },
      ['file', 'signature', 'batching', 'serving'],
    ],
    [
      'golden examples that are no JSON',
      { '1/golden.json': 'x', '1/model.onnx': good },
      ['file', 'signature', 'batching', 'serving'],
    ],
  ] as const) {
    test(title, async (context) => {
      const all = Object.fromEntries(Object.entries(files).map(([path, content]) => [`m/${path}`, content]));
      const { folder, inspection } = await inspectAmong(context, all, 'm/1/model.onnx');
      const gateway = await startTestGateway(context, folder);
      const { reason } = await stateOf(gateway, 'm');
      assert.ok(reason);
      assert.deepEqual(inspection.problems, [reason]);
      assert.deepEqual(
        ['file', 'signature', 'batching', 'serving'].filter((part) => inspection[part] !== null),
        known,
      );
    });
  }

  test('a name that the schema has already', async (context) => {
    const { inspection } = await inspectAmong(context, { 'infer.onnx': good }, 'infer.onnx');
    assert.match(inspection.problems.join('\n'), /^The folder name "infer" would make the type InferInput/);
  });

  test('several things at once', async (context) => {
    const { inspection } = await inspectAmong(context, { 'model.yaml': 'tsak: a\n', 'a.onnx': custom }, 'a.onnx');
    assert.equal(inspection.problems.length, 2);
  });

  test('a file, for people', async (context) => {
    const folder = await temporaryFolder(context, { 'a.onnx': custom });
    const { code, output, errors } = await runInspect(context, `${folder}/a.onnx`);
    assert.deepEqual([code, errors], [1, '']);
    assert.match(output, /\n {2}opsets {4}ai\.onnx 17, com\.example 1\n/);
    assert.match(
      output,
      /\nIt cannot be served\n {2}The model uses custom operators: "com\.example\.Magic"\.[^\n]*\n$/,
    );
  });
});

suite('inferql inspect is told', () => {
  test('a file that is missing, with code 1', async (context) => {
    const folder = await temporaryFolder(context);
    const { code, output, errors } = await runInspect(context, `${folder}/nowhere.onnx`, '--json');
    assert.deepEqual([code, output], [1, '']);
    assert.match(errors, /^inferql: There is no file \/[^\n]*nowhere\.onnx\.\n$/);
  });

  test('a folder, with code 1 and what to give', async (context) => {
    const { code, output, errors } = await runInspect(context, `${shippedModels}iris/1`);
    assert.deepEqual([code, output], [1, '']);
    assert.match(
      errors,
      /^inferql: \S*iris\/1 is no file: give the model itself, such as \S*iris\/1\/model\.onnx\.\n$/,
    );
  });

  for (const [title, given] of [
    ['no file', []],
    ['two files', ['a.onnx', 'b.onnx']],
    ['a flag that there is not', ['a.onnx', '--jsn']],
  ] as const) {
    test(`${title}, with code 2`, async (context) => {
      const { code, output } = await runInspect(context, ...given);
      assert.deepEqual([code, output], [2, '']);
    });
  }
});

test('inferql inspect prints the JSON that docs/commands.md describes, key for key', async (context) => {
  const page = await readFile(new URL('../../docs/commands.md', import.meta.url), 'utf8');
  const { inspection: zipped } = await inspectAmong(context, { 'a.onnx': zipmapModel() }, 'a.onnx');
  const { inspection: refused } = await inspectAmong(context, { 'a.onnx': custom }, 'a.onnx');
  const keys = jsonKeys(zipped, refused);
  // The example's input is that of the model.
  for (const key of keys) if (key.startsWith('serving.example.variables.')) keys.delete(key);
  assert.deepEqual(documentedKeys(page, 'inspect'), keys.add('serving.example.variables'));
});

/** A model whose weights are in a file that is not there. */
function withWeights(): Uint8Array<ArrayBuffer> {
  return model({
    inputs: [tensorValue('x', 'FP32', ['N', 2])],
    outputs: [tensorValue('y', 'FP32', ['N', 2])],
    nodes: [{ op: 'Add', inputs: ['x', 'bias'], outputs: ['y'] }],
    initializers: [
      { name: 'bias', datatype: 'FP32', shape: [2], external: { location: 'weights.bin', offset: 0, length: 8 } },
    ],
  });
}

/** A model that only the runtime finds wrong. */
function misfit(): Uint8Array<ArrayBuffer> {
  return model({
    inputs: [tensorValue('x', 'FP32', ['N', 2])],
    outputs: [tensorValue('y', 'INT64', ['N', 2])],
    nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }],
  });
}
