import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { query, shippedModels, startTestGateway } from '../helpers/gateway.ts';
import { inferRaw, type SentTensor } from '../helpers/raw-inference.ts';

interface Golden {
  readonly tolerance: { readonly absolute: number; readonly relative: number };
  readonly examples: readonly {
    readonly name: string;
    readonly inputs: Readonly<Record<string, unknown>>;
    readonly outputs: Readonly<Record<string, unknown>>;
  }[];
}

const gateway = await startTestGateway({ after }, shippedModels);

/** The golden examples of version 1, which is the default one of every model here. */
async function goldenOf(name: string): Promise<Golden> {
  return JSON.parse(await readFile(join(shippedModels, name, '1/golden.json'), 'utf8')) as Golden;
}

/** The score of the class that a golden example is given, by its name. */
async function scoreOf(model: string, example: string): Promise<number> {
  const { examples } = await goldenOf(model);
  const outputs = examples.find(({ name }) => name === example)?.outputs;
  return Math.max(...listOf(outputs?.['probabilities']).map(Number));
}

function listOf(values: unknown): readonly unknown[] {
  return Array.isArray(values) ? values.flatMap(listOf) : [values];
}

/** Asserts numbers as numpy's `allclose` does, and everything else exactly. */
function assertClose(actual: unknown, expected: unknown, { absolute, relative }: Golden['tolerance']): void {
  const [got, wanted] = [listOf(actual), listOf(expected)];
  assert.equal(got.length, wanted.length);
  for (const [index, value] of wanted.entries()) {
    const found = got[index];
    if (typeof value !== 'number' || typeof found !== 'number') assert.equal(found, value);
    else assert.ok(Math.abs(found - value) <= absolute + relative * Math.abs(value), `${found} is not ${value}`);
  }
}

const near = { absolute: 1e-4, relative: 1e-4 };

describe('golden examples through infer', () => {
  const datatypes: Readonly<Record<string, Readonly<Record<string, SentTensor['datatype']>>>> = {
    iris: { X: 'FP32' },
    titanic: { pclass: 'INT64', sex: 'BYTES', age: 'FP32', fare: 'FP32', embarked: 'BYTES' },
    diabetes: { X: 'FP32' },
    opticalDigits: { pixels: 'FP32' },
    spam: { message: 'BYTES' },
  };
  for (const [name, inputs] of Object.entries(datatypes)) {
    test(`${name} gives what its training library gave, all rows in one call`, async () => {
      const { examples, tolerance } = await goldenOf(name);
      const tensors = Object.entries(inputs).map(([input, datatype]) => {
        const values = examples.map((example) => example.inputs[input]);
        return { name: input, datatype, shape: [values.length, listOf(values[0]).length], values };
      });
      const { outputs, errors, batchSize } = await inferRaw(gateway, name, tensors);
      assert.deepEqual(errors, []);
      assert.equal(batchSize, examples.length);
      for (const [output, { values }] of Object.entries(outputs)) {
        assertClose(
          values,
          examples.map((example) => example.outputs[output]),
          tolerance,
        );
      }
      assert.deepEqual(Object.keys(outputs).toSorted(), Object.keys(examples[0]?.outputs ?? {}).toSorted());
    });
  }
});

describe('typed fields', () => {
  test('iris tells the flowers of its golden examples apart', async () => {
    const { examples } = await goldenOf('iris');
    const names = ['sepalLength', 'sepalWidth', 'petalLength', 'petalWidth'];
    const inputs = examples.map(({ inputs }) =>
      Object.fromEntries(listOf(inputs['X']).map((value, index) => [names[index], value])),
    );
    const document =
      'query($inputs: [IrisInput!]!) { predict { irisBatch(inputs: $inputs) { label score scores { label score } } } }';
    const { data, errors } = await query(gateway, document, { inputs });
    assert.deepEqual(errors, []);
    const labels = ['setosa', 'versicolor', 'virginica'];
    for (const [index, { outputs }] of examples.entries()) {
      const { label, score, scores } = data.predict.irisBatch[index];
      const probabilities = listOf(outputs['probabilities']);
      assert.equal(label, labels[Number(outputs['label'])]);
      assertClose(score, probabilities[Number(outputs['label'])], near);
      assert.equal(scores.length, 3);
      assertClose(
        labels.map((each) => scores.find((entry: { label: string }) => entry.label === each)?.score),
        probabilities,
        near,
      );
    }
  });

  test('iris has a second version, by its number and as candidate, with a graph of its own and the same face', async () => {
    const flower = 'input: { sepalLength: 5, sepalWidth: 2, petalLength: 3.5, petalWidth: 1 }';
    const fields = '{ label score scores { label } meta { version } }';
    const { data, errors } = await query(
      gateway,
      `{ predict {
        byDefault: iris(${flower}) ${fields}
        stable: iris(${flower}, version: "stable") ${fields}
        candidate: iris(${flower}, version: "candidate") ${fields}
        second: iris(${flower}, version: "2") ${fields}
      } }`,
    );
    assert.deepEqual(errors, []);
    const { byDefault, stable, candidate, second } = data.predict;
    assert.deepEqual([byDefault.meta.version, candidate.meta.version], [1, 2]);
    assert.deepEqual(stable, byDefault);
    assert.deepEqual(second, candidate);
    assert.deepEqual([byDefault.label, candidate.label], ['versicolor', 'versicolor']);
    assert.notEqual(byDefault.score, candidate.score);
    assert.equal(candidate.scores.length, 3);
  });

  test('iris and titanic take the examples of their manifests', async () => {
    const { data, errors } = await query(
      gateway,
      `{ predict {
        iris(input: { sepalLength: 5.1, sepalWidth: 3.5, petalLength: 1.4, petalWidth: 0.2 }) { label score }
        titanic(input: { pclass: 1, sex: "female", age: 29, fare: 211.3375, embarked: "S" }) { label score }
      } }`,
    );
    assert.deepEqual(errors, []);
    assert.equal(data.predict.iris.label, 'setosa');
    assertClose(data.predict.iris.score, await scoreOf('iris', 'a setosa'), near);
    assert.equal(data.predict.titanic.label, 'survived');
    assertClose(data.predict.titanic.score, await scoreOf('titanic', 'a woman in first class'), near);
  });

  test('titanic imputes an age that is null, or absent', async () => {
    const rest = 'pclass: 3, sex: "male", fare: 8.05, embarked: "Q"';
    const { data, errors } = await query(
      gateway,
      `{ predict {
        null: titanic(input: { ${rest}, age: null }) { label score }
        absent: titanic(input: { ${rest} }) { label score }
        median: titanic(input: { ${rest}, age: 28 }) { label score }
      } }`,
    );
    assert.deepEqual(errors, []);
    const { null: unknown, absent, median } = data.predict;
    assert.equal(unknown.label, 'died');
    assertClose(unknown.score, await scoreOf('titanic', 'an unknown age'), near);
    assert.deepEqual(absent, unknown);
    assertClose(median.score, unknown.score, near);
  });

  test('titanic takes a port that is null, as training knew it', async () => {
    const rest = 'pclass: 2, sex: "female", fare: 13';
    const { data, errors } = await query(
      gateway,
      `{ predict {
        null: titanic(input: { ${rest}, embarked: null }) { label score }
        absent: titanic(input: { ${rest} }) { label score }
      } }`,
    );
    assert.deepEqual(errors, []);
    assert.equal(data.predict.null.label, 'survived');
    assertClose(data.predict.null.score, await scoreOf('titanic', 'an unknown age and an unknown port'), near);
    assert.deepEqual(data.predict.absent, data.predict.null);
  });

  test('titanic refuses what training never saw, and says what it knows', async () => {
    const document = `{ predict {
      port: titanic(input: { pclass: 1, sex: "female", fare: 10, embarked: "Z" }) { label }
      class: titanic(input: { pclass: 9, sex: "female", fare: 10 }) { label }
      good: titanic(input: { pclass: 1, sex: "female", fare: 10 }) { label }
    } }`;
    const { data, errors } = await query(gateway, document);
    assert.deepEqual(data.predict, { port: null, class: null, good: { label: 'survived' } });
    assert.deepEqual(
      errors.map(({ path, message, extensions: { details } }) => [path?.[1], message, details?.['reason']]),
      [
        ['port', 'embarked: expected one of "C", "Q", "S", or null, got "Z".', 'UNKNOWN_CATEGORY'],
        ['class', 'pclass: expected an integer from 1 to 3, got 9.', 'OUT_OF_RANGE'],
      ],
    );
  });

  test('diabetes gives the values of its golden examples', async () => {
    const { examples } = await goldenOf('diabetes');
    const names = ['age', 'sex', 'bmi', 'bp', 's1', 's2', 's3', 's4', 's5', 's6'];
    const inputs = examples.map(({ inputs }) =>
      Object.fromEntries(listOf(inputs['X']).map((value, index) => [names[index], value])),
    );
    const document = 'query($inputs: [DiabetesInput!]!) { predict { diabetesBatch(inputs: $inputs) { value } } }';
    const { data, errors } = await query(gateway, document, { inputs });
    assert.deepEqual(errors, []);
    assertClose(
      data.predict.diabetesBatch.map(({ value }: { value: number }) => value),
      examples.map(({ outputs }) => outputs['variable']),
      near,
    );
  });

  test('spam takes the text itself, none at all included', async () => {
    const { examples } = await goldenOf('spam');
    const inputs = examples.map(({ inputs }) => ({ text: listOf(inputs['message'])[0] }));
    const document = 'query($inputs: [SpamInput!]!) { predict { spamBatch(inputs: $inputs) { label score } } }';
    const { data, errors } = await query(gateway, document, { inputs });
    assert.deepEqual(errors, []);
    assert.ok(inputs.some(({ text }) => text === ''));
    for (const [index, { label, score }] of data.predict.spamBatch.entries()) {
      const expected = examples[index]?.outputs ?? {};
      assert.equal(label, expected['label']);
      assertClose(score, Math.max(...listOf(expected['probabilities']).map(Number)), near);
    }
  });

  test('opticalDigits reads its golden examples, as lists and as base64', async () => {
    const { examples } = await goldenOf('opticalDigits');
    const pixels = examples.map(({ inputs }) => inputs['pixels'] as number[]);
    const inputs = [
      ...pixels.map((each) => ({ pixels: each })),
      ...pixels.map((each) => ({ pixels: Buffer.from(Float32Array.from(each).buffer).toString('base64') })),
    ];
    const document =
      'query($inputs: [OpticalDigitsInput!]!) { predict { opticalDigitsBatch(inputs: $inputs) { label probabilities { shape values } } } }';
    const { data, errors } = await query(gateway, document, { inputs });
    assert.deepEqual(errors, []);
    assert.equal(data.predict.opticalDigitsBatch.length, 2 * examples.length);
    for (const [index, { label, probabilities }] of data.predict.opticalDigitsBatch.entries()) {
      const expected = examples[index % examples.length]?.outputs;
      assert.equal(label, expected?.['label']);
      assert.deepEqual(probabilities.shape, [10]);
      assertClose(probabilities.values, expected?.['probabilities'], near);
    }
  });
});

describe('what the API tells of them', () => {
  const document = `query($name: ID!) { model(name: $name) {
    name title task field batchField ready problem labels versionLabels { label }
    features { name originalName type unit min max categories nullable example description }
    versions { version }
    defaultVersion {
      version ready notes state { phase since reason }
      signature {
        inputs { name datatype shape { size name } }
        outputs { name datatype shape { size name } classLabels }
      }
      batching { enabled reason maxBatchSize maxDelayMs maxQueueRows instances threadsPerInstance }
      file { sizeBytes sha256 details { format producerName producerVersion irVersion graphName opsets { domain version } metadata { key } } }
    }
  } }`;
  const ask = async (name: string) => {
    const { data, errors } = await query(gateway, document, { name });
    assert.deepEqual(errors, []);
    return data.model;
  };
  const free = { size: null, name: null };
  const size = (size: number) => ({ size, name: null });

  test('iris: features with units and ranges, labels, signature, opsets', async () => {
    const { features, defaultVersion, ...model } = await ask('iris');
    assert.deepEqual(model, {
      name: 'iris',
      title: 'Iris species',
      task: 'tabular-classification',
      field: 'iris',
      batchField: 'irisBatch',
      ready: true,
      problem: null,
      labels: ['setosa', 'versicolor', 'virginica'],
      versionLabels: [{ label: 'stable' }, { label: 'candidate' }],
      versions: [{ version: 2 }, { version: 1 }],
    });
    assert.deepEqual(
      features,
      [
        ['sepalLength', 'Sepal length', 5.1],
        ['sepalWidth', 'Sepal width', 3.5],
        ['petalLength', 'Petal length', 1.4],
        ['petalWidth', 'Petal width', 0.2],
      ].map(([name, what, example]) => ({
        name,
        originalName: null,
        type: 'Float!',
        unit: 'cm',
        min: 0,
        max: 30,
        categories: null,
        nullable: false,
        example,
        description: `${what} in cm, 0 to 30. Example: ${example}.`,
      })),
    );
    assert.deepEqual(defaultVersion.signature, {
      inputs: [{ name: 'X', datatype: 'FP32', shape: [free, size(4)] }],
      outputs: [
        { name: 'label', datatype: 'INT64', shape: [free], classLabels: null },
        { name: 'probabilities', datatype: 'FP32', shape: [free, size(3)], classLabels: ['0', '1', '2'] },
      ],
    });
    const { producerName, producerVersion, irVersion, opsets, format } = defaultVersion.file.details;
    assert.deepEqual(
      { producerName, producerVersion, irVersion, format },
      { producerName: 'skl2onnx', producerVersion: '1.20.0', irVersion: 8, format: 'ONNX' },
    );
    assert.deepEqual(opsets, [
      { domain: '', version: 17 },
      { domain: 'ai.onnx.ml', version: 1 },
    ]);
  });

  test('titanic: categories, integers, and what may be null', async () => {
    const { features, labels, defaultVersion } = await ask('titanic');
    assert.deepEqual(labels, ['died', 'survived']);
    assert.deepEqual(
      features.map(({ description, originalName, ...feature }: Record<string, unknown>) => {
        assert.ok(typeof description === 'string' && description !== '');
        assert.equal(originalName, null);
        return feature;
      }),
      [
        { name: 'pclass', type: 'Int!', unit: null, min: 1, max: 3, categories: null, nullable: false, example: 1 },
        {
          name: 'sex',
          type: 'String!',
          unit: null,
          min: null,
          max: null,
          categories: ['female', 'male'],
          nullable: false,
          example: 'female',
        },
        { name: 'age', type: 'Float', unit: 'years', min: 0, max: 120, categories: null, nullable: true, example: 29 },
        {
          name: 'fare',
          type: 'Float!',
          unit: 'pounds of 1912',
          min: 0,
          max: null,
          categories: null,
          nullable: false,
          example: 211.3375,
        },
        {
          name: 'embarked',
          type: 'String',
          unit: null,
          min: null,
          max: null,
          categories: ['C', 'Q', 'S'],
          nullable: true,
          example: 'S',
        },
      ],
    );
    assert.deepEqual(
      defaultVersion.signature.inputs.map(({ name, datatype }: SentTensor) => [name, datatype]),
      [
        ['pclass', 'INT64'],
        ['sex', 'BYTES'],
        ['age', 'FP32'],
        ['fare', 'FP32'],
        ['embarked', 'BYTES'],
      ],
    );
  });

  test('diabetes: ten features from -1 to 1, and no labels', async () => {
    const { task, features, labels } = await ask('diabetes');
    assert.equal(task, 'tabular-regression');
    assert.equal(labels, null);
    assert.deepEqual(
      features.map(({ name, min, max, type }: Record<string, unknown>) => [name, min, max, type]),
      ['age', 'sex', 'bmi', 'bp', 's1', 's2', 's3', 's4', 's5', 's6'].map((name) => [name, -1, 1, 'Float!']),
    );
  });

  test('opticalDigits: a face without a manifest', async () => {
    const { title, task, features, labels } = await ask('opticalDigits');
    assert.deepEqual({ title, task, labels }, { title: null, task: 'tensor', labels: null });
    assert.deepEqual(features, [
      {
        name: 'pixels',
        originalName: null,
        type: 'FloatTensor!',
        unit: null,
        min: null,
        max: null,
        categories: null,
        nullable: false,
        example: null,
        description: 'FP32 of shape [64].',
      },
    ]);
  });

  for (const name of ['iris', 'titanic', 'diabetes', 'opticalDigits', 'spam']) {
    test(`${name}: ready, batched, and the file as it lies on disk`, async () => {
      const { defaultVersion } = await ask(name);
      const { version, ready, notes, state, batching, file } = defaultVersion;
      assert.deepEqual({ version, ready, notes }, { version: 1, ready: true, notes: [] });
      assert.deepEqual({ phase: state.phase, reason: state.reason }, { phase: 'READY', reason: null });
      assert.ok(Math.abs(Date.parse(state.since) - Date.now()) < 600_000);
      const { threadsPerInstance, ...merging } = batching;
      assert.ok(threadsPerInstance >= 1);
      assert.deepEqual(merging, {
        enabled: true,
        reason: null,
        maxBatchSize: 64,
        maxDelayMs: 0,
        maxQueueRows: 4096,
        instances: 1,
      });
      const bytes = await readFile(join(shippedModels, name, '1/model.onnx'));
      assert.equal(file.sizeBytes, bytes.length);
      assert.equal(file.sha256, createHash('sha256').update(bytes).digest('hex'));
      assert.match(file.details.producerName, /^(skl|tf)2onnx$/);
      assert.ok(
        file.details.opsets.some(
          ({ domain, version }: { domain: string; version: number }) => domain === '' && version >= 11,
        ),
      );
    });
  }
});
