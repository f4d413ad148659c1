import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { query, startTestGateway } from '../helpers/gateway.ts';
import { stateOf } from '../helpers/model-state.ts';
import { model, tensorValue, type ElementType, type ModelSpec } from '../helpers/onnx-builder.ts';
import { affineModel, identityModel, mlpModel, zipmapModel } from '../helpers/onnx-models.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

/** A model that must be refused: its files, and what must be said of it. */
interface Refused {
  /** Below the model's folder. */
  readonly files: Files;
  /** The whole reason. */
  readonly reason: string | RegExp;
}

const good = affineModel({ width: 1 });
const x = tensorValue('x', 'FP32', ['N', 2]);
const y = tensorValue('y', 'FP32', ['N', 2]);
const onnx = (bytes: string | Uint8Array): Files => ({ '1/model.onnx': bytes });
const withManifest = (manifest: string, bytes: Uint8Array = good): Files => ({
  'model.yaml': manifest,
  ...onnx(bytes),
});
const withGolden = (golden: unknown): Files => ({
  '1/golden.json': typeof golden === 'string' ? golden : JSON.stringify(golden),
  ...onnx(good),
});

/** A model whose output has an element type that cannot be fetched. */
function outputOf(element: ElementType, spec: Partial<ModelSpec> = {}) {
  return onnx(
    model({
      inputs: [x],
      outputs: [tensorValue('y', element, ['N', 2])],
      nodes: [{ op: 'Cast', inputs: ['x'], outputs: ['y'], attributes: { to: { int: Number(element) } } }],
      opsets: { '': 21 },
      irVersion: 10,
      ...spec,
    }),
  );
}

/** A model whose weights are in a file beside it. */
function withWeightsAt(location: string, more: Files = {}): Files {
  return {
    ...more,
    ...onnx(
      model({
        inputs: [x],
        outputs: [y],
        nodes: [{ op: 'Add', inputs: ['x', 'bias'], outputs: ['y'] }],
        initializers: [{ name: 'bias', datatype: 'FP32', shape: [2], external: { location, offset: 0, length: 8 } }],
      }),
    ),
  };
}

const outside = (location: string) =>
  `The model keeps weights in "${location}", which is not inside its folder: save it with the weights file beside the model file and a relative location.`;

const lfsPointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12345\n`;
const mlp = mlpModel([8, 8, 2]);

const graphs: Readonly<Record<string, Refused>> = {
  'custom operators': {
    files: onnx(
      model({
        inputs: [x],
        outputs: [y],
        nodes: [{ op: 'Magic', domain: 'com.example', inputs: ['x'], outputs: ['y'] }],
        opsets: { '': 17, 'com.example': 1 },
      }),
    ),
    reason:
      'The model uses custom operators: "com.example.Magic". They need a library of their own, which is not loaded: export the model with standard ONNX operators, or define them as functions inside the model.',
  },
  'operators that there are not': {
    files: onnx(model({ inputs: [x], outputs: [y], nodes: [{ op: 'Frobnicate', inputs: ['x'], outputs: ['y'] }] })),
    reason: /^ONNX Runtime does not know the operator Frobnicate.*: export it with standard operators/,
  },
  'an opset of the future': {
    files: onnx(
      model({
        inputs: [x],
        outputs: [y],
        nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
        opsets: { '': 99 },
      }),
    ),
    reason: /^The model uses opset 99 of the domain ai\.onnx, and this ONNX Runtime supports up to \d+: export it with/,
  },
  'an IR version of the future': {
    files: onnx(
      model({ inputs: [x], outputs: [y], nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }], irVersion: 99 }),
    ),
    reason: /^The model has IR version 99, and this ONNX Runtime reads up to \d+: set model\.ir_version to \d+/,
  },
  'types that do not fit each other': {
    files: onnx(
      model({
        inputs: [x],
        outputs: [tensorValue('y', 'INT64', ['N', 2])],
        nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }],
      }),
    ),
    reason: /^ONNX Runtime refuses the model: Type Error: .*\(y\)/,
  },
  'outputs that are sequences': {
    files: onnx(
      model({
        inputs: [x],
        outputs: [{ name: 'y', type: { sequence: { tensor: 'FP32', shape: ['N', 2] } } }],
        nodes: [{ op: 'SequenceConstruct', inputs: ['x', 'x'], outputs: ['y'] }],
      }),
    ),
    reason:
      'The model has no output that is a tensor ("y" is a sequence): export it with tensor outputs; for scikit-learn, convert with the option zipmap=False.',
  },
  'an input that is a sequence': {
    files: onnx(
      model({
        inputs: [{ name: 'x', type: { sequence: { tensor: 'FP32', shape: ['N', 2] } } }],
        outputs: [y],
        nodes: [{ op: 'ConcatFromSequence', inputs: ['x'], outputs: ['y'], attributes: { axis: { int: 0 } } }],
      }),
    ),
    reason: 'The input "x" is a sequence, and only tensors can be served: export the model with tensors instead.',
  },
  'no outputs': {
    files: onnx(model({ inputs: [x], outputs: [], nodes: [] })),
    reason: /^The model has no output that is a tensor: export it/,
  },
  ...Object.fromEntries(
    (
      [
        [16, 'bfloat16'],
        [17, 'float8e4m3fn'],
        [21, 'uint4'],
        [22, 'int4'],
        [14, 'complex64'],
      ] as const
    ).map(([code, name]) => [
      `an output of ${name}`,
      {
        files: outputOf(code),
        reason: `The output "y" has the element type ${name}, which cannot be passed from the model: put a Cast to float32, float16 or int8 at the output and export again.`,
      },
    ]),
  ),
  'an input of bfloat16': {
    files: onnx(
      model({
        inputs: [tensorValue('x', 16, ['N', 2])],
        outputs: [y],
        nodes: [{ op: 'Cast', inputs: ['x'], outputs: ['y'], attributes: { to: { int: 1 } } }],
      }),
    ),
    reason:
      'The input "x" has the element type bfloat16, which cannot be passed to the model: put a Cast to float32, float16 or int8 at the input and export again.',
  },
};

const filesOfOtherKinds: Readonly<Record<string, Refused>> = {
  'bytes that are no model': {
    files: onnx(Uint8Array.from({ length: 30 }, (_, index) => (index * 71 + 5) % 256)),
    reason: 'The file is no ONNX model. Export the model to ONNX, or copy it again.',
  },
  'a model whose graph is damaged': {
    files: onnx(mlp.map((byte, index) => (index > 40 && index < 60 ? 0xff : byte))),
    reason: /^The model file is damaged: copy it or export it again\./,
  },
  'half a model': {
    files: onnx(mlp.subarray(0, mlp.length / 2)),
    reason: new RegExp(
      `^The model file ends early, at byte ${Math.floor(mlp.length / 2)}: was it copied in half\\? Copy it again\\.`,
    ),
  },
  'an empty file': { files: onnx(''), reason: 'The model file is empty: copy it again.' },
  'a Git LFS pointer': {
    files: onnx(lfsPointer),
    reason: 'The model file is a Git LFS pointer, not the model: run "git lfs pull" and copy the file again.',
  },
  'a PyTorch checkpoint': {
    files: onnx('PK\u0003\u0004 archive/data.pkl'),
    reason: 'The file is no ONNX model. It is a zip archive, as PyTorch and Keras write them: export to ONNX instead.',
  },
  'an error page': {
    files: onnx('<!DOCTYPE html><title>404 Not Found</title>'),
    reason: 'The file is no ONNX model. It looks like a web page: was the download answered by an error page?',
  },
  'a folder in the place of the file': {
    files: { '1/model.onnx/readme.txt': 'copied one level too deep' },
    reason: 'model.onnx is a folder: put the model itself there, a file of that name.',
  },
  'no model file': {
    files: { '1/weights.bin': 'x' },
    reason: "The version's folder has no model.onnx. Put the model there under that name.",
  },
};

const weights: Readonly<Record<string, Refused>> = {
  'that are missing': {
    files: withWeightsAt('weights.bin'),
    reason: 'The weights file "weights.bin" is missing: copy it into the folder of the model, beside the model file.',
  },
  'that are too short': {
    files: withWeightsAt('weights.bin', { '1/weights.bin': 'half' }),
    reason:
      'The weights file "weights.bin" is too short: the tensor "bias" ends at byte 8, the file at 4. Was it copied in half? Copy it again.',
  },
  'that are a Git LFS pointer': {
    files: withWeightsAt('weights.bin', { '1/weights.bin': lfsPointer }),
    reason: 'The weights file "weights.bin" is a Git LFS pointer: run "git lfs pull" and copy the file again.',
  },
  'that are a folder': {
    files: withWeightsAt('weights.bin', { '1/weights.bin/readme.txt': '' }),
    reason: 'The weights file "weights.bin" is no file: copy it again.',
  },
  'at a way up': { files: withWeightsAt('../../../../etc/passwd'), reason: outside('../../../../etc/passwd') },
  'beside the folder': {
    files: withWeightsAt('../weights.bin', { 'weights.bin': '12345678' }),
    reason: outside('../weights.bin'),
  },
  'at an absolute path': { files: withWeightsAt('/etc/passwd'), reason: outside('/etc/passwd') },
  'behind a link out of the folder': { files: withWeightsAt('link.bin'), reason: outside('link.bin') },
  'below a link out of the folder': { files: withWeightsAt('link/weights.bin'), reason: outside('link/weights.bin') },
};

const features = (...names: string[]) => `features:\n${names.map((name) => `  - { name: ${name} }\n`).join('')}`;
const manifests: Readonly<Record<string, Refused>> = {
  'that is no YAML': {
    files: withManifest('task: [tensor\ntitle: "x'),
    reason: /^model\.yaml, line \d: /,
  },
  'that is a folder': {
    files: { 'model.yaml/1/model.onnx': good, ...onnx(good) },
    reason: 'model.yaml is a folder: put a file of that name there, or nothing.',
  },
  'with an unknown key': {
    files: withManifest('tsak: tensor\n'),
    reason: /^model\.yaml, line 1: there is no key "tsak" here; did you mean task\?/,
  },
  'with a value of another kind': {
    files: withManifest('task: tensor\nbatching:\n  maxBatchSize: many\n'),
    reason: 'model.yaml, line 3: batching.maxBatchSize: expected a whole number from 1, got "many".',
  },
  'with an unknown task': {
    files: withManifest('task: mind-reading\n'),
    reason: /^There is no task "mind-reading"; the tasks are tensor, tabular-classification, tabular-regression/,
  },
  'with a feature too many': {
    files: withManifest(`task: tabular-regression\n${features('a', 'b')}`),
    reason: 'The input "x" has 1 column, and the manifest lists 2: "a", "b".',
  },
  'with a feature of no input': {
    files: withManifest('task: tabular-regression\nfeatures:\n  - { name: a, input: z }\n'),
    reason: 'The feature "a" belongs to the input "z", and the model\'s inputs are "x"; name one of them as its input.',
  },
  'with features whose names fall together': {
    files: withManifest(`task: tabular-classification\n${features('a:b', 'a/b')}`, affineModel({ width: 2 })),
    reason: 'The features have "a:b" and "a/b", which would both be the field "a_b"; rename one of them.',
  },
  'with as many labels as there are not': {
    files: withManifest(
      'task: tabular-classification\nlabels: [a, b]\n',
      zipmapModel({ labels: [0, 1, 2], width: 3, zipmap: false }),
    ),
    reason:
      "The manifest lists 2 labels, and the model's file names 3 classes: 0, 1, 2; list a label for each, in this order.",
  },
  'with fewer labels than scores': {
    files: withManifest('task: tabular-classification\nlabels: [a, b]\n', affineModel({ width: 3 })),
    reason: 'The output "y" has 3 columns, and the manifest lists 2 labels; list one for each column in the manifest.',
  },
  'of a classifier for a model that has no scores': {
    files: withManifest('task: tabular-classification\n', identityModel('FP32', ['N', 2, 2])),
    reason: /^The input "x" has the shape \[2, 2\] in each row, .*; use the task tensor\.$/,
  },
  'with labels that its task does not use': {
    files: withManifest('labels: [a, b]\n'),
    reason:
      /^The manifest says labels: a, b, which the task tensor does not use: leave it out, or say task: tabular-classification or /,
  },
  'with an output that there is not': {
    files: withManifest('task: tabular-regression\noutputs: { value: price }\n'),
    reason: /"price".*"y"/,
  },
};

const example = { inputs: { x: [1] }, outputs: { y: [3] } };
const golden: Readonly<Record<string, Refused>> = {
  'that differ': {
    files: withGolden({ examples: [example, { name: 'two', inputs: { x: [2] }, outputs: { y: [5.5] } }] }),
    reason:
      'golden.json: two, alone: y[0] is 5, expected 5.5 (±0.000065). Is the model another than the examples were made with? Export it again, make the examples again, or widen their tolerance.',
  },
  'that are no JSON': {
    files: withGolden('{ "examples": [}'),
    reason: /^golden\.json is no JSON: Unexpected token '}'.*\.$/,
  },
  'with a bare NaN, as Python writes them': {
    files: withGolden('{ "examples": [{ "inputs": { "x": [NaN] }, "outputs": { "y": [NaN] } }] }'),
    reason: /^golden\.json is no JSON: .* Write "NaN", "Infinity" and "-Infinity" in quotes\.$/,
  },
  'that are empty': { files: withGolden({ examples: [] }), reason: /^golden\.json: examples: .*>=1/ },
  'without outputs': {
    files: withGolden({ examples: [{ inputs: { x: [1] } }] }),
    reason: /^golden\.json: examples\.0\.outputs: /,
  },
  'with the name of no input': {
    files: withGolden({ examples: [{ ...example, inputs: { X: [1] } }] }),
    reason: 'golden.json: example 0: the model has no input "X"; it has x.',
  },
  'with the name of no output': {
    files: withGolden({ examples: [{ ...example, outputs: { z: [3] } }] }),
    reason: 'golden.json: example 0: the model has no output "z"; it has y.',
  },
  'without an input': {
    files: withGolden({ examples: [{ ...example, inputs: {} }] }),
    reason: 'golden.json: example 0: there is nothing for the input "x".',
  },
  'that expect nothing': {
    files: withGolden({ examples: [{ ...example, outputs: {} }] }),
    reason: 'golden.json: example 0: there is no output to compare; the model has y.',
  },
  'of another shape': {
    files: withGolden({ examples: [{ ...example, inputs: { x: [1, 2] } }] }),
    reason: 'golden.json: example 0: x: expected a list of 1, got a list of 2.',
  },
  'that are a folder': {
    files: { '1/golden.json/readme.txt': '', ...onnx(good) },
    reason: 'golden.json is a folder: put a file of that name there, or nothing.',
  },
};

const groups = {
  'a model with': graphs,
  'a model file that is': filesOfOtherKinds,
  weights,
  'a manifest': manifests,
  'golden examples': golden,
};

/** A folder name for a case. */
const folderOf = (group: string, name: string) => `${group}-${name}`.replaceAll(/[^A-Za-z0-9]+/g, '-');

const files = Object.entries(groups).flatMap(([group, cases]) =>
  Object.entries(cases).flatMap(([name, refused]) =>
    Object.entries(refused.files).map(([path, content]) => [`${folderOf(group, name)}/${path}`, content] as const),
  ),
);
const models = await temporaryFolder(
  { after },
  {
    ...Object.fromEntries(files),
    'good/1/model.onnx': good,
    'no-version/model.onnx': good,
  },
);
const elsewhere = await temporaryFolder({ after }, { 'weights.bin': '12345678' });
await symlink(
  join(elsewhere, 'weights.bin'),
  join(models, folderOf('weights', 'behind a link out of the folder'), '1/link.bin'),
);
await symlink(elsewhere, join(models, folderOf('weights', 'below a link out of the folder'), '1/link'));
const gateway = await startTestGateway({ after }, models);
const readiness = await fetch(`${gateway.url}/readyz`);
const readyz = (await readiness.json()) as { status: string; models: Record<string, any> };

describe('models that cannot be served', () => {
  test('do not keep the server from being ready', () => {
    assert.equal(readiness.status, 200);
    assert.equal(readyz.status, 'ready');
  });

  for (const [group, cases] of Object.entries(groups)) {
    describe(group, () => {
      for (const [name, { reason: expected }] of Object.entries(cases)) {
        test(`${name}: says why, and what to do`, async () => {
          const folder = folderOf(group, name);
          const { field, phase, reason } = await stateOf(gateway, folder);
          assert.equal(phase, 'FAILED');
          assert.equal(field, null);
          assert.ok(typeof reason === 'string');
          if (typeof expected === 'string') assert.equal(reason, expected);
          else assert.match(reason, expected);
          for (const path of [models, tmpdir(), process.cwd()]) assert.ok(!reason.includes(path), reason);
          assert.ok(reason.length <= 600, `${reason.length} characters`);
          assert.deepEqual(readyz.models[folder].versions, [{ version: 1, phase: 'FAILED', reason }]);
          const lines = gateway.log.filter((line) => line['model'] === folder && line.level !== 'debug');
          assert.deepEqual(
            lines.map(({ level, message, reason }) => ({ level, message, reason })),
            [{ level: 'warn', message: 'version', reason }],
          );
        });
      }
    });
  }

  test('a folder without a version says where the model belongs', async () => {
    const { problem, phase } = await stateOf(gateway, 'no-version');
    assert.equal(problem, 'The folder has no version. Put the model at no-version/1/model.onnx.');
    assert.equal(phase, undefined);
    assert.equal(readyz.models['no-version'].problem, problem);
    const lines = gateway.log.filter((line) => line['model'] === 'no-version');
    assert.deepEqual(
      lines.map(({ level, message, problem }) => ({ level, message, problem })),
      [{ level: 'warn', message: 'model', problem }],
    );
  });

  test('keep none that can from being served', async () => {
    assert.deepEqual(await stateOf(gateway, 'good'), {
      field: 'good',
      problem: null,
      phase: 'READY',
      reason: null,
      notes: [],
    });
    const { data, errors } = await query(
      gateway,
      '{ predict { good(input: { x: 3 }) { y } } models(filter: { ready: true }) { name } }',
    );
    assert.deepEqual(errors, []);
    assert.deepEqual(data, { predict: { good: { y: 7 } }, models: [{ name: 'good' }] });
  });

  test('are told why to those who ask for them', async () => {
    const folder = folderOf('a model file that is', 'an empty file');
    const document =
      'query($model: ID!) { infer(input: { model: $model, version: 1, inputs: [] }) { meta { model } } }';
    const { errors } = await query(gateway, document, { model: folder });
    assert.equal(errors.length, 1);
    assert.equal(errors[0]?.extensions.code, 'MODEL_UNAVAILABLE');
    assert.match(errors[0].message, /is not served: .*The model file is empty: copy it again\.$/);
  });

  test('are no fault of the server', () => {
    assert.deepEqual(
      gateway.log.filter(({ level }) => level === 'error'),
      [],
    );
  });
});
