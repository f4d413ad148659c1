import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { mlpModel } from '../test/helpers/onnx-models.ts';
import { shippedModels } from './gateway-process.ts';
import { modelPath } from './model-folder.ts';
import { Skipped } from './scenario.ts';
import { jsonOf, type RowTensor, type Workload } from './workload.ts';

const irisFields = ['sepalLength', 'sepalWidth', 'petalLength', 'petalWidth'];
const flowers = [
  [5.1, 3.5, 1.4, 0.2],
  [6.1, 2.9, 4.7, 1.4],
  [7.2, 3.6, 6.1, 2.5],
];

/** Four measurements of a flower; a model that takes a few microseconds. */
export const iris: Workload = {
  name: 'iris',
  model: { file: modelPath(shippedModels, 'iris') },
  shipped: true,
  labels: ['setosa', 'versicolor', 'virginica'],
  rows: [{ X: { datatype: 'FP32', shape: [4], data: flowers[0] ?? [] } }],
  document: 'query($i: IrisInput!) { predict { iris(input: $i) { label score } } }',
  variables: ({ X }) => irisInput(X?.data ?? []),
};

/** A request with a list of flowers in one field. */
export function irisList(rows: number): Workload {
  const data = Array.from({ length: rows }, (_, index) => flowers[index % flowers.length] ?? []).flat();
  return {
    ...iris,
    rows: [{ X: { datatype: 'FP32', shape: [rows, 4], data } }],
    document: 'query($i: [IrisInput!]!) { predict { irisBatch(inputs: $i) { label score } } }',
    variables: ({ X }) =>
      Array.from({ length: rows }, (_, index) => irisInput(X?.data.slice(index * 4, index * 4 + 4) ?? [])),
  };
}

function irisInput(values: readonly (number | string)[]): object {
  return Object.fromEntries(irisFields.map((name, index) => [name, values[index]]));
}

/** A passenger: numbers and strings, each an input of its own. */
export const titanic: Workload = {
  name: 'titanic',
  model: { file: modelPath(shippedModels, 'titanic') },
  shipped: true,
  labels: ['died', 'survived'],
  rows: [
    {
      pclass: { datatype: 'INT64', shape: [1], data: [1] },
      sex: { datatype: 'BYTES', shape: [1], data: ['female'] },
      age: { datatype: 'FP32', shape: [1], data: [29] },
      fare: { datatype: 'FP32', shape: [1], data: [211.3375] },
      embarked: { datatype: 'BYTES', shape: [1], data: ['S'] },
    },
  ],
  document: 'query($i: TitanicInput!) { predict { titanic(input: $i) { label score } } }',
  variables: (row) => Object.fromEntries(Object.entries(row).map(([name, { data }]) => [name, data[0]])),
};

/** Dense layers with made-up weights: bound by what the cores can multiply. */
export function mlp(): Workload {
  const width = 784;
  return {
    ...tensorWorkload('mlp', 'y'),
    // The largest batch of the bare loop, so that both may use their best.
    model: {
      file: mlpModel([width, 2048, 2048, 2048, 10]),
      manifest: 'batching: { maxBatchSize: 256 }\n',
    },
    rows: [{ x: { datatype: 'FP32', shape: [width], data: Array.from({ length: width }, (_, i) => (i % 17) / 17) } }],
  };
}

/** The convolutional network of `models/digits`, with pictures of 28 × 28 as tensors. */
export function digits({ batching = true } = {}): Workload {
  const pixels = 28 * 28;
  return {
    ...tensorWorkload('digits', 'logits'),
    model: { file: shippedFile('digits'), manifest: `batching: { enabled: ${batching} }\n` },
    rows: Array.from({ length: 8 }, (_, row) => ({
      image: {
        datatype: 'FP32',
        shape: [1, 28, 28],
        data: Array.from({ length: pixels }, (_, pixel) => Math.fround(((pixel * (row + 3)) % 29) / 29 - 0.4)),
      },
    })),
  };
}

/** The transformer of `models/spamTransformer`, with tokens of texts of mixed lengths. */
export function transformer({ batching = true } = {}): Workload {
  const lengths = [5, 48, 12, 30, 8, 62, 20, 3, 16, 40, 10, 25, 7, 55, 14, 34];
  const tokens = (data: number[]): RowTensor => ({ datatype: 'INT64', shape: [data.length], data });
  return {
    ...tensorWorkload('transformer', 'logits'),
    model: {
      file: shippedFile('spamTransformer'),
      // The gateway refuses padding for a model whose rows share no call.
      manifest: `batching: ${batching ? '{ padding: { input_ids: 0, attention_mask: 0 } }' : '{ enabled: false }'}\n`,
    },
    rows: lengths.map((length, row) => ({
      input_ids: tokens(Array.from({ length }, (_, at) => 5 + ((at * 37 + row * 11) % 200))),
      attention_mask: tokens(new Array<number>(length).fill(1)),
    })),
  };
}

/** A model that is served by its signature, without a task of its own. */
function tensorWorkload(name: string, output: string): Omit<Workload, 'model' | 'rows'> {
  const type = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}Input`;
  return {
    name,
    shipped: false,
    labels: [],
    document: `query($i: ${type}!) { predict { ${name}(input: $i) { ${output} { base64 } } } }`,
    variables: (row) => Object.fromEntries(Object.entries(row).map(([input, tensor]) => [input, jsonOf(tensor)])),
  };
}

function shippedFile(name: string): string {
  const path = modelPath(shippedModels, name);
  if (!existsSync(path)) throw new Skipped(`There is no model in ${join('models', name)}.`);
  return path;
}
