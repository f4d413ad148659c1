import assert from 'node:assert/strict';
import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createBackend } from '../../src/backends/index.ts';
import { addModel, type Addition } from '../../src/cli/add/addition.ts';
import { type AddFlags, readAddRequest } from '../../src/cli/add/request.ts';
import { createWorkbench } from '../../src/cli/add/workbench.ts';
import { compileOptions } from '../../src/config/options.ts';
import { ModelLoadError } from '../../src/errors.ts';
import { runCommand } from '../helpers/command.ts';
import { eventually } from '../helpers/eventually.ts';
import { query, startTestGateway } from '../helpers/gateway.ts';
import { documentedKeys, jsonKeys } from '../helpers/json-keys.ts';
import { stateOf } from '../helpers/model-state.ts';
import { model, tensorValue } from '../helpers/onnx-builder.ts';
import { affineModel, failsOnNegativeModel, identityModel, mlpModel, slowModel } from '../helpers/onnx-models.ts';
import { temporaryFolder, type TestScope } from '../helpers/temporary-folder.ts';

/** Models as skl2onnx writes them by default. */
const fixtures = fileURLToPath(new URL('../fixtures/skl2onnx/', import.meta.url));

const workbench = createWorkbench(createBackend('onnxruntime'), 1_000_000);

/** Runs `inferql add` in a process of its own and gives what it printed. */
async function runAdd(test: TestScope, ...given: string[]) {
  return await runCommand(test, ['add', ...given], { PORT: '4100' }).ended;
}

/** What `inferql add` says of a model that it puts into a folder; in this process, since starting one takes a second. */
async function addTo(models: string, file: string, flags: AddFlags = {}): Promise<Addition> {
  const request = readAddRequest(file, compileOptions({ models }, {}), flags);
  return await addModel(request, workbench, new AbortController().signal);
}

/** The input of the example that goes with it. */
function exampleInput({ example }: Addition): Readonly<Record<string, unknown>> {
  return { ...(example.variables?.['input'] as object) };
}

/** A folder with these files, and an empty one for the models. */
async function folders(test: TestScope, files: Readonly<Record<string, string | Uint8Array>> = {}) {
  return { given: await temporaryFolder(test, files), models: await temporaryFolder(test) };
}

suite('a model straight from skl2onnx is served by', { timeout: 60_000 }, () => {
  for (const [fixture, task, input, answer] of [
    ['forest', 'tabular-classification', ['x0', 'x1', 'x2', 'x3'], ['label', 'score', 'scores']],
    [
      'forest-with-names',
      'tabular-classification',
      ['sepalLengthCm', 'sepalWidthCm', 'petalLengthCm', 'petalWidthCm'],
      ['label', 'score', 'scores'],
    ],
    ['passengers', 'tabular-classification', ['age', 'pclass', 'sex'], ['label', 'score', 'scores']],
    ['progression', 'tabular-regression', ['x0', 'x1', 'x2'], ['value']],
    ['messages', /^(text|tabular)-classification$/, ['text'], ['label', 'score', 'scores']],
  ] as const) {
    test(`one command: ${fixture}`, async (context) => {
      const { models } = await folders(context);
      const said = await addTo(models, `${fixtures}${fixture}.onnx`);
      assert.match(said.task, typeof task === 'string' ? new RegExp(`^${task}$`) : task);
      assert.deepEqual(Object.keys(exampleInput(said)), input);
      const gateway = await startTestGateway(context, models);
      const { data, errors } = await query(gateway, said.example.query, said.example.variables ?? {});
      assert.deepEqual(errors, []);
      const [given] = Object.values<object>(data.predict);
      assert.deepEqual(Object.keys(given ?? {}), answer);
      assert.equal((await stateOf(gateway, fixture)).problem, null);
    });
  }

  test('names that its owner gives', async (context) => {
    const { models } = await folders(context);
    const flags = { name: 'flowers', features: 'a,b,c,d', labels: 'one,two,three' };
    const said = await addTo(models, `${fixtures}forest.onnx`, flags);
    assert.equal(said.model, 'flowers');
    assert.deepEqual(Object.keys(exampleInput(said)), ['a', 'b', 'c', 'd']);
    assert.match(said.sdl, /The predicted class, one of one, two, three\./);
    assert.doesNotMatch(said.notes.join('\n'), /placeholder/);
  });
});

suite('inferql add', { timeout: 60_000 }, () => {
  test('says for people what it found, what it proposes, what clients see and how to try it', async (context) => {
    const { models } = await folders(context);
    const { code, output, errors } = await runAdd(context, `${fixtures}forest.onnx`, '--models', models);
    assert.deepEqual([code, errors], [0, '']);
    assert.match(output, /^forest, version 1, is in place: \/[^\n]*\/forest\/1\n/);
    assert.match(output, /\n {2}ONNX by skl2onnx 1\.20\.0: X FP32 \[\?, 4\] → output_label BYTES \[\?\], /);
    assert.match(output, /\n {2}task: tabular-classification\n/);
    assert.match(output, /\n {4}- \{ name: x0, description: Column 1 of 4 of the input X \} # a placeholder\n/);
    assert.match(output, /\n {2}labels: \[setosa, versicolor, virginica\]\n/);
    assert.match(output, /the names of the features are placeholders\./);
    assert.match(output, /\n {2}input ForestInput \{\n/);
    assert.match(output, /\n {2}curl -s http:\/\/127\.0\.0\.1:4100\/graphql -H [^\n]*"x0":0[^\n]*\n/);
    assert.match(output, /\nNext\n {2}Complete the manifest/);
  });

  test('puts the next version beside the others, under the manifest that is there', async (context) => {
    const { given, models } = await folders(context, { 'm.onnx': affineModel({ width: 1 }) });
    await addTo(models, `${given}/m.onnx`);
    const manifest = await readFile(`${models}/m/model.yaml`, 'utf8');
    const said = await addTo(models, `${given}/m.onnx`);
    assert.deepEqual([said.version, said.manifest.proposed, said.served, said.comparedWith], [2, null, 'default', 1]);
    assert.equal((await addTo(models, `${given}/m.onnx`, { version: '9' })).version, 9);
    assert.equal(await readFile(`${models}/m/model.yaml`, 'utf8'), manifest);
    assert.deepEqual(await readdir(models), ['m']);
    assert.deepEqual((await readdir(`${models}/m`)).toSorted(), ['1', '2', '9', 'model.yaml']);
  });

  test('writes no manifest that would change what clients of other versions see', async (context) => {
    const models = await temporaryFolder(context, { 'm/1/model.onnx': affineModel({ width: 1 }) });
    const said = await addTo(models, `${models}/m/1/model.onnx`);
    assert.deepEqual([said.task, said.manifest.path], ['tensor', null]);
    assert.match(said.notes.join(), /has versions and no manifest/);
  });

  test('makes golden examples of what clients would send, and of tensors', async (context) => {
    const examples = [
      { age: 30, pclass: 3, sex: 'male' },
      { name: 'a girl', inputs: { age: [4], pclass: [2], sex: ['female'] } },
    ];
    const { given, models } = await folders(context, { 'examples.json': JSON.stringify(examples) });
    const said = await addTo(models, `${fixtures}passengers.onnx`, { examples: `${given}/examples.json` });
    assert.equal(said.goldenExamples, 2);
    assert.deepEqual(said.files, ['golden.json', 'model.onnx']);
    assert.deepEqual(said.example.variables, { input: examples[0] });
    assert.match(said.manifest.proposed ?? '', /\n {2}- \{ name: sex, example: male \}\n/);
    const golden = JSON.parse(await readFile(join(said.path, 'golden.json'), 'utf8'));
    assert.match(golden.reference, /^ONNX Runtime \d+\.\d+\.\d+ by inferql add/);
    assert.deepEqual(golden.examples[0].input, examples[0]);
    assert.equal(golden.examples[1].name, 'a girl');
    assert.deepEqual(Object.keys(golden.examples[1].outputs), ['output_label', 'output_probability']);
    const { code, output } = await runCommand(context, ['check', models]).ended;
    assert.equal(code, 0, output);
  });

  test('takes golden examples and other files, and external data by itself', async (context) => {
    const bias = new Uint8Array(Float32Array.of(1, 2).buffer);
    const golden = { examples: [{ inputs: { x: [1, 1] }, outputs: { y: [2, 3] } }] };
    const { given, models } = await folders(context, {
      'm.onnx': withWeights(),
      'below/weights.bin': bias,
      'g.json': JSON.stringify(golden),
      'notes.txt': 'text',
    });
    const flags = { golden: `${given}/g.json`, with: [`${given}/notes.txt`], task: 'tensor' };
    const said = await addTo(models, `${given}/m.onnx`, flags);
    assert.equal(said.goldenExamples, 1);
    assert.deepEqual(said.files, ['below', 'below/weights.bin', 'golden.json', 'model.onnx', 'notes.txt']);
    assert.deepEqual(await readFile(join(said.path, 'below/weights.bin')), Buffer.from(bias));
  });

  test('doubts scores that are no probabilities', async (context) => {
    const { given, models } = await folders(context, { 'm.onnx': mlpModel([4, 8, 3]) });
    const said = await addTo(models, `${given}/m.onnx`, { labels: 'a,b,c' });
    assert.equal(said.task, 'tabular-classification');
    assert.match(said.notes.join('\n'), /The scores in "y" are no probabilities, .* activation: softmax \}/);
  });

  test('shows all of it and writes nothing as a dry run', async (context) => {
    const { models } = await folders(context);
    const { code, output } = await runAdd(context, `${fixtures}forest.onnx`, '--models', `${models}/new`, '--dry-run');
    assert.equal(code, 0);
    assert.match(output, /^forest, version 1, can be served\. This is a dry run: nothing was written\.\n/);
    assert.match(output, /\nThe manifest, which would be written to /);
    assert.deepEqual(await readdir(models), []);
  });

  test('warns where the version would break clients, and puts it where it is held', async (context) => {
    const { given, models } = await folders(context, { 'wide.onnx': identityModel('FP32', ['N', 4]) });
    await cp(`${fixtures}progression.onnx`, `${given}/m.onnx`);
    await addTo(models, `${given}/m.onnx`, { task: 'tensor' });
    const { code, output } = await runAdd(context, `${given}/wide.onnx`, '--name', 'm', '--models', models);
    assert.equal(code, 0);
    assert.match(
      output,
      /\nWARNING: it will be HELD, since it would break clients of version 1, which serves on\n {2}\w/,
    );
    assert.match(output, /acceptBreaking: \[2\]/);
    const gateway = await startTestGateway(context, models);
    const { data } = await query(gateway, '{ model(name: "m") { versions { version state { phase } } } }');
    assert.deepEqual(data.model.versions.map(({ version, state }: any) => [version, state.phase]).toSorted(), [
      [1, 'READY'],
      [2, 'HELD'],
    ]);
  });

  test('is taken by a server that watches the folder, at once and as a whole', async (context) => {
    const { given, models } = await folders(context, { 'm.onnx': affineModel({ width: 1 }) });
    const gateway = await startTestGateway(context, models, { watch: 'auto', watchIntervalMs: 3_600_000 });
    for (const version of [1, 2]) {
      await addTo(models, `${given}/m.onnx`);
      const served = () => query(gateway, '{ model(name: "m") { problem defaultVersion { version } } }');
      const { data } = await eventually(served, (answer) => answer.data.model?.defaultVersion?.version === version);
      assert.equal(data.model.problem, null);
    }
    const { data } = await query(gateway, '{ predict { m(input: { x: 1 }) { value meta { version } } } }');
    assert.deepEqual(data.predict.m, { value: 3, meta: { version: 2 } });
    const troubles = gateway.log.filter(
      ({ level, message }) => level !== 'info' && level !== 'debug' && message !== 'no models',
    );
    assert.deepEqual(troubles, [], 'nobody saw half of it');
  });

  test('leaves nothing behind when it is stopped', async (context) => {
    const { given, models } = await folders(context, { 'slow.onnx': slowModel({ iterations: 100_000 }) });
    const run = runCommand(context, ['add', `${given}/slow.onnx`, '--models', `${models}/new`]);
    const list = () => readdir(`${models}/new`).catch((): string[] => []);
    const [hidden] = await eventually(list, (names) => names.length > 0);
    assert.match(hidden ?? '', /^\.inferql-add-/);
    run.signal('SIGINT');
    const { code, output, errors } = await run.ended;
    assert.deepEqual([code, output], [1, '']);
    assert.equal(
      errors,
      'inferql: SIGINT: stopping, once more ends it at once.\ninferql: Stopped by SIGINT: nothing was put into place.\n',
    );
    assert.deepEqual(await readdir(models), []);
  });

  test('prints the JSON that docs/commands.md describes, key for key', async (context) => {
    const page = await readFile(new URL('../../docs/commands.md', import.meta.url), 'utf8');
    const models = await temporaryFolder(context);
    const flags = ['--optimize', '--json', '--models', models];
    const { output, errors } = await runAdd(context, `${fixtures}forest-with-names.onnx`, ...flags);
    assert.equal(errors, '');
    const keys = jsonKeys(JSON.parse(output));
    // The example's input is that of the model; what is below `file` and `signature` is that of inspect.
    for (const key of keys) if (/^(example\.variables|file|signature)\./.test(key)) keys.delete(key);
    for (const key of ['example.variables', 'file', 'signature']) keys.add(key);
    assert.deepEqual([...documentedKeys(page, 'add')].toSorted(), [...keys].toSorted());
  });
});

suite('inferql add --optimize', { timeout: 60_000 }, () => {
  test('puts a model into place that gives the same, and says what it measured', async (context) => {
    const { models } = await folders(context);
    const said = await addTo(models, `${fixtures}forest-with-names.onnx`, { optimize: true });
    assert.ok(said.optimisation);
    const { level, nodes, rowsCompared } = said.optimisation;
    assert.deepEqual([level, rowsCompared], ['extended', 4]);
    assert.ok(nodes.after < nodes.before);
    const { output } = await runCommand(context, ['inspect', join(said.path, 'model.onnx'), '--json']).ended;
    const { file, notes } = JSON.parse(output);
    assert.deepEqual(file.metadata[0].key, 'feature_names', 'the metadata of the original');
    assert.equal(file.producerName, 'skl2onnx');
    assert.match(notes.join(), /ZipMap/);
  });

  test('keeps weights in a file of their own where they were in one', async (context) => {
    const bias = new Uint8Array(Float32Array.of(1, 2).buffer);
    const { given, models } = await folders(context, { 'm.onnx': withWeights(), 'below/weights.bin': bias });
    const said = await addTo(models, `${given}/m.onnx`, { optimize: true });
    const { data } = await query(
      await startTestGateway(context, models),
      '{ predict { m(input: { x: [1, 1] }) { y { values } } } }',
    );
    assert.deepEqual(data.predict.m.y.values, [2, 3]);
    assert.ok(said.files.includes('model.onnx'));
  });

  test('refuses a model that no row shows to be the same', async (context) => {
    const { given, models } = await folders(context, { 'm.onnx': failsAlways() });
    const adding = addTo(models, `${given}/m.onnx`, { optimize: true });
    await assert.rejects(adding, refusal(/runs on no made-up row.*give --examples\.$/));
    assert.deepEqual(await readdir(models), []);
  });
});

suite('inferql add refuses, and leaves the folder as it was, for', { timeout: 60_000 }, () => {
  const good = affineModel({ width: 1 });
  for (const [title, files, flags, words] of [
    ['a file that is missing', {}, {}, /^There is no file \/.*m\.onnx\.$/],
    ['half a model', { 'm.onnx': mlpModel([8, 8, 2]).subarray(0, 100) }, {}, /ends early.*Copy it again/],
    ['a version that is there', { 'm.onnx': good }, { name: 'old', version: '1' }, /are never written over.*, 2\.$/],
    [
      'a task that does not fit',
      { 'm.onnx': identityModel() },
      { task: 'tabular-regression' },
      /No output is one number in each row/,
    ],
    [
      'a task that there is not',
      { 'm.onnx': good },
      { task: 'magic' },
      /There is no task "magic"; the tasks are tensor, /,
    ],
    ['names for other columns', { 'm.onnx': good }, { features: 'a,b' }, /--features names 2 columns.*"x" \[1\]/],
    ['labels that nothing uses', { 'm.onnx': good }, { labels: 'a,b' }, /does not use --labels: say --task as well\./],
    [
      'flags that a manifest contradicts',
      { 'm.onnx': good },
      { name: 'old', labels: 'a,b' },
      /old has a manifest, of the task tensor.*leave --labels out/,
    ],
    [
      'golden examples that differ',
      { 'm.onnx': good, 'g.json': golden(7) },
      { golden: 'g.json' },
      /golden\.json: example 0, alone: y\[0\] is 3, expected 7/,
    ],
    [
      'examples that do not fit',
      { 'm.onnx': good, 'e.json': '[{"x": "one"}]' },
      { examples: 'e.json' },
      /does not fit the task tabular-regression: The example of the feature "x" is "one"/,
    ],
    [
      'examples on which it fails',
      { 'm.onnx': failsOnNegativeModel(), 'e.json': '[{"x": -1}]' },
      { examples: 'e.json', task: 'tensor' },
      /example 0: /,
    ],
    ['examples that are no JSON', { 'm.onnx': good, 'e.json': 'x' }, { examples: 'e.json' }, /e\.json is no JSON: /],
    ['a file beside that is missing', { 'm.onnx': good }, { with: ['a.json'] }, /There is no file .*a\.json\.$/],
    [
      'a file beside that is the model',
      { 'm.onnx': good, 'model.onnx': good },
      { with: ['model.onnx'] },
      /--with cannot bring model\.onnx/,
    ],
    ['a name that the schema has', { 'm.onnx': good }, { name: 'infer' }, /would make the type InferInput/],
    ['a name that falls together with another', { 'm.onnx': good }, { name: 'Old' }, /would both make/],
  ] as const satisfies readonly Refusal[]) {
    test(title, async (context) => {
      const folder = await temporaryFolder(context, files);
      const models = await temporaryFolder(context, { 'old/model.yaml': 'title: Old\n', 'old/1/model.onnx': good });
      const before = await readdir(models, { recursive: true });
      const given: AddFlags = flags;
      const { golden: proof, examples } = given;
      const adding = addTo(models, join(folder, 'm.onnx'), {
        ...given,
        ...(proof !== undefined && { golden: join(folder, proof) }),
        ...(examples !== undefined && { examples: join(folder, examples) }),
        ...(given.with !== undefined && { with: given.with.map((name) => join(folder, name)) }),
      });
      await assert.rejects(adding, refusal(words));
      assert.deepEqual(await readdir(models, { recursive: true }), before);
    });
  }

  test('a flag that there is not, with code 2', async (context) => {
    const { code, output } = await runAdd(context, 'm.onnx', '--jsn');
    assert.deepEqual([code, output], [2, '']);
  });

  test('a model that cannot be served, with code 1 and one line', async (context) => {
    const { given, models } = await folders(context, { 'm.onnx': 'no model' });
    const { code, output, errors } = await runAdd(context, `${given}/m.onnx`, '--models', models);
    assert.deepEqual([code, output], [1, '']);
    assert.equal(errors, 'inferql: The file is no ONNX model. Export the model to ONNX, or copy it again.\n');
  });
});

type Refusal = readonly [
  title: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  flags: AddFlags,
  words: RegExp,
];

/** Whether an error is one that the command shows, with these words. */
function refusal(words: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ModelLoadError, String(error));
    assert.match(error.message, words);
    return true;
  };
}

function golden(y: number): string {
  return JSON.stringify({ examples: [{ inputs: { x: [1] }, outputs: { y: [y] } }] });
}

/** `y` = `x` + weights that are in a file below the model's folder. */
function withWeights(): Uint8Array<ArrayBuffer> {
  const external = { location: 'below/weights.bin', offset: 0, length: 8 };
  return model({
    inputs: [tensorValue('x', 'FP32', ['N', 2])],
    outputs: [tensorValue('y', 'FP32', ['N', 2])],
    nodes: [{ op: 'Add', inputs: ['x', 'bias'], outputs: ['y'] }],
    initializers: [{ name: 'bias', datatype: 'FP32', shape: [2], external }],
  });
}

/** Takes rows apart by an index that is never in range. */
function failsAlways(): Uint8Array<ArrayBuffer> {
  return model({
    inputs: [tensorValue('x', 'INT64', ['N', 1])],
    outputs: [tensorValue('y', 'FP32', ['N', 1])],
    nodes: [
      { op: 'Add', inputs: ['x', 'far'], outputs: ['place'] },
      { op: 'Gather', inputs: ['table', 'place'], outputs: ['y'] },
    ],
    initializers: [
      { name: 'far', datatype: 'INT64', shape: [1], data: BigInt64Array.of(1000n) },
      { name: 'table', datatype: 'FP32', shape: [2], data: Float32Array.of(1, 2) },
    ],
  });
}
