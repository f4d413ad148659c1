import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type TestContext, describe, it } from 'node:test';
import { promisify } from 'node:util';

import type { OpenModel } from '../../src/backends/backend.ts';
import { createBackend } from '../../src/backends/index.ts';
import { GatewayError, ModelLoadError } from '../../src/errors.ts';
import type { Tensor } from '../../src/tensors/tensor.ts';
import { type ModelSpec, model, tensorValue } from '../helpers/onnx-builder.ts';
import { failsOnNegativeModel, identityModel, mlpModel, slowModel, zipmapModel } from '../helpers/onnx-models.ts';
import { temporaryModel } from '../helpers/temporary-folder.ts';

const backend = createBackend('onnxruntime', { availableThreads: 2 });
const identity: ModelSpec = {
  inputs: [tensorValue('x', 'FP32', ['N', 1])],
  outputs: [tensorValue('y', 'FP32', ['N', 1])],
  nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
};
const column = (...values: number[]): Tensor => ({
  datatype: 'FP32',
  shape: [values.length, 1],
  data: Float32Array.from(values),
});

async function open(test: TestContext, bytes: Uint8Array, files: Record<string, Uint8Array> = {}): Promise<OpenModel> {
  const opened = await backend.open({ path: await temporaryModel(test, bytes, files) });
  test.after(() => opened.close());
  return opened;
}

/** Asserts that the model is refused with these words, and with no path in the message. */
async function assertRefused(test: TestContext, bytes: Uint8Array, words: RegExp): Promise<void> {
  const path = await temporaryModel(test, bytes);
  await assert.rejects(backend.open({ path }), (error: unknown) => {
    assert.ok(error instanceof ModelLoadError, String(error));
    assert.match(error.message, words);
    assert.ok(!error.message.includes(dirname(path)), error.message);
    assert.doesNotMatch(error.message, /onnxruntime_src|\.cc\b|\.h:/);
    return true;
  });
}

describe('what ONNX Runtime does that would harm the server', () => {
  it('does not end the process when a model is closed while calls run', async () => {
    // In a process of its own, because the fault that this guards against aborts it.
    const script = `
      import { createBackend } from './src/backends/index.ts';
      import { slowModel } from './test/helpers/onnx-models.ts';
      import { temporaryModel } from './test/helpers/temporary-folder.ts';
      const after = [];
      const path = await temporaryModel({ after: (done) => after.push(done) }, slowModel({ iterations: 20_000 }));
      const model = await createBackend('onnxruntime', { availableThreads: 2 }).open({ path, instances: 2 });
      const x = () => ({ datatype: 'FP32', shape: [1, 1], data: Float32Array.of(7) });
      const calls = [1, 2, 3].map(() => model.run(new Map([['x', x()]]), ['y']));
      await model.close();
      const results = await Promise.all(calls);
      await Promise.all(after.map((done) => done()));
      process.stdout.write(results.map(({ outputs }) => outputs.get('y').data.join()).join());`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
    // The process also ended by itself: no thread was left.
    assert.equal(stdout, '7,7,7');
  });

  it('is kept from fetching an int4 output, which would abort the process', async (test) => {
    const int4 = 22;
    const quantised = model({
      irVersion: 10,
      opsets: { '': 21 },
      inputs: identity.inputs,
      outputs: [tensorValue('y', int4, ['N', 1])],
      nodes: [{ op: 'QuantizeLinear', inputs: ['x', 'scale', 'zero'], outputs: ['y'] }],
      initializers: [
        { name: 'scale', datatype: 'FP32', shape: [], data: Float32Array.of(1) },
        { name: 'zero', datatype: int4, shape: [], data: Uint8Array.of(0) },
      ],
    });
    await assertRefused(test, quantised, /The output "y" has the element type int4/);
  });

  it('is never asked for an optional output, which is a segmentation fault where it is None', async (test) => {
    const type = { tensor: 'FP32', shape: ['N'] } as const;
    const opened = await open(
      test,
      model({
        ...identity,
        outputs: [...identity.outputs, { name: 'none', type: { optional: type } }],
        nodes: [...identity.nodes, { op: 'Optional', inputs: [], outputs: ['none'], attributes: { type: { type } } }],
      }),
    );
    assert.deepEqual(
      opened.signature.outputs.map(({ name }) => name),
      ['y'],
    );
    const { outputs } = await opened.run(new Map([['x', column(1)]]), ['y']);
    assert.deepEqual([...outputs.keys()], ['y']);
  });

  it('shows no path in the message of a failed call', async (test) => {
    const opened = await open(test, failsOnNegativeModel());
    await assert.rejects(opened.run(new Map([['x', column(-1)]]), ['y']), (error: unknown) => {
      assert.ok(error instanceof GatewayError && error.code === 'INFERENCE_FAILED');
      assert.match(error.message, /^The model failed on these inputs: .*Gather node/);
      assert.ok(error.cause instanceof Error);
      return true;
    });
  });
});

describe('what ONNX Runtime cannot do, said in words', () => {
  it('names the newest opset and IR version it takes', async (test) => {
    await assertRefused(
      test,
      model({ ...identity, opsets: { '': 99 } }),
      /opset 99 .* supports up to \d+: .*opset_version=/,
    );
    await assertRefused(
      test,
      model({ ...identity, irVersion: 99 }),
      /IR version 99.* up to \d+: set model\.ir_version/,
    );
  });

  it('names an operator that it does not know', async (test) => {
    const nodes = [{ op: 'Foo', inputs: ['x'], outputs: ['y'] }];
    await assertRefused(test, model({ ...identity, nodes }), /does not know the operator Foo/);
  });

  it('names the locale that a StringNormalizer lacks, and takes the locale "C"', async (test) => {
    const normaliser = (locale: string) =>
      model({
        inputs: [tensorValue('x', 'BYTES', ['N'])],
        outputs: [tensorValue('y', 'BYTES', [null])],
        nodes: [
          {
            op: 'StringNormalizer',
            inputs: ['x'],
            outputs: ['y'],
            attributes: { case_change_action: { string: 'LOWER' }, locale: { string: locale } },
          },
        ],
      });
    await assertRefused(test, normaliser('xx_YY'), /needs the locale "xx_YY".*install it/);
    const opened = await open(test, normaliser('C'));
    const { outputs } = await opened.run(new Map([['x', { datatype: 'BYTES', shape: [1], data: ['ABC'] }]]), ['y']);
    assert.deepEqual(outputs.get('y')?.data, ['abc']);
  });

  it('passes on what it says itself where there are no better words', async (test) => {
    const nodes = [{ op: 'Not', inputs: ['x'], outputs: ['y'] }];
    await assertRefused(
      test,
      model({ ...identity, nodes }),
      /^ONNX Runtime refuses the model: .*Type 'tensor\(float\)'/,
    );
  });
});

describe('what the runtime does not tell about a model', () => {
  it('is read from the file: a scalar and no shape are two things, and both run', async (test) => {
    for (const shape of [[], null]) {
      const opened = await open(test, identityModel('FP32', shape));
      assert.deepEqual(opened.signature.inputs[0]?.shape, shape);
      const { outputs } = await opened.run(
        new Map([['x', { datatype: 'FP32', shape: [], data: Float32Array.of(5) }]]),
        ['y'],
      );
      assert.deepEqual([...(outputs.get('y')?.shape ?? [1])], []);
    }
  });
});

describe('a classifier with a ZipMap', () => {
  for (const labels of [
    ['setosa', 'versicolor', 'virginica'],
    [10, 20, 30],
  ]) {
    it(`gives a column for each class: ${labels.join(', ')}`, async (test) => {
      const opened = await open(test, zipmapModel({ labels, zipmapFirst: true }));
      assert.deepEqual(opened.signature.outputs.at(-1)?.classLabels, labels.map(String));
      const x: Tensor = { datatype: 'FP32', shape: [2, 4], data: Float32Array.of(9, 0, 0, 0, 0, 9, 0, 0) };
      const { outputs } = await opened.run(new Map([['X', x]]), ['output_label', 'output_probability']);
      assert.deepEqual([...(outputs.get('output_label')?.data ?? [])].map(String), labels.slice(0, 2).map(String));
      const scores = outputs.get('output_probability');
      assert.deepEqual([...(scores?.shape ?? [])], [2, 3]);
      assert.ok(Number(scores?.data[0]) > 0.99 && Number(scores?.data[4]) > 0.99);
    });
  }

  it('still finds its weights beside the model, though it is loaded from changed bytes', async (test) => {
    const weights = { location: 'w.bin', offset: 4, length: 8 };
    const opened = await open(
      test,
      model({
        opsets: { '': 17, 'ai.onnx.ml': 1 },
        inputs: [tensorValue('x', 'FP32', ['N', 2])],
        outputs: [{ name: 'p', type: { sequence: { mapKey: 'BYTES', mapValue: { tensor: 'FP32', shape: [] } } } }],
        nodes: [
          { op: 'Mul', inputs: ['x', 'w'], outputs: ['scores'] },
          {
            op: 'ZipMap',
            domain: 'ai.onnx.ml',
            inputs: ['scores'],
            outputs: ['p'],
            attributes: { classlabels_strings: { strings: ['no', 'yes'] } },
          },
        ],
        initializers: [{ name: 'w', datatype: 'FP32', shape: [2], external: weights }],
      }),
      { 'w.bin': new Uint8Array(Float32Array.of(0, 3, 5).buffer) },
    );
    const x: Tensor = { datatype: 'FP32', shape: [1, 2], data: Float32Array.of(1, 1) };
    const { outputs } = await opened.run(new Map([['x', x]]), ['p']);
    assert.deepEqual([...(outputs.get('p')?.data ?? [])], [3, 5]);
  });
});

describe('the threads of ONNX Runtime', () => {
  /** Opens a model that computes on as many threads as it may, and gives a call that keeps all of them busy. */
  async function openWide(test: TestContext, threads: number): Promise<() => Promise<unknown>> {
    const wide = createBackend('onnxruntime', { availableThreads: threads });
    // Whoever says how many threads gets threads of the model's own.
    const path = await temporaryModel(test, mlpModel([256, 512, 512, 8]));
    const opened = await wide.open({ path, threadsPerInstance: threads });
    test.after(() => opened.close());
    assert.equal(opened.threadsPerInstance, threads);
    const [input] = opened.signature.inputs;
    const [output] = opened.signature.outputs;
    const x = (): Tensor => ({ datatype: 'FP32', shape: [16, 256], data: new Float32Array(16 * 256) });
    return () => opened.run(new Map([[input?.name ?? '', x()]]), [output?.name ?? '']);
  }

  it('are as many as planned, and not one for each CPU', { skip: !existsSync('/proc/self/task') }, async (test) => {
    const count = () => readdirSync('/proc/self/task').length;
    const atFirst = count();
    await openWide(test, 1);
    const afterOne = count();
    await openWide(test, 4);
    // Each model has a worker thread, which computes too.
    assert.equal(count() - afterOne, afterOne - atFirst + 3);
  });

  it('take no CPU while there is nothing to compute, where by default they would spin', async (test) => {
    const run = await openWide(test, 4);
    const othersMs: number[] = [];
    // What else goes on in the process, such as a compiler of V8, does not go on in every round.
    for (let round = 0; round < 10; round += 1) {
      await run();
      const [all, own, start] = [process.cpuUsage(), process.threadCpuUsage(), performance.now()];
      while (performance.now() - start < 10);
      const [{ user, system }, main] = [process.cpuUsage(all), process.threadCpuUsage(own)];
      othersMs.push((user + system - main.user - main.system) / 1000);
    }
    assert.ok(Math.min(...othersMs) < 1, `other threads took ${othersMs.join(', ')} of 10 ms each`);
  });
});

it('computes on several instances at a time', async (test) => {
  const path = await temporaryModel(test, slowModel({ iterations: 2000 }));
  const opened = await backend.open({ path, instances: 2 });
  test.after(() => opened.close());
  assert.deepEqual([opened.instances, opened.threadsPerInstance], [2, 1]);
  const results = await Promise.all([1, 2, 3, 4].map((value) => opened.run(new Map([['x', column(value)]]), ['y'])));
  assert.deepEqual(
    results.map(({ outputs }) => [...(outputs.get('y')?.data ?? [])]),
    [[1], [2], [3], [4]],
  );
});

it('says in a note that it runs fewer instances than were asked for', async (test) => {
  const opened = await backend.open({ path: await temporaryModel(test, identityModel()), instances: 5 });
  test.after(() => opened.close());
  assert.equal(opened.instances, 2);
  assert.match(opened.notes.join(), /Asked for 5 instances/);
});
