import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse } from 'yaml';
import { ModelLoadError } from '../../../src/errors.ts';
import { readManifest } from '../../../src/tasks/index.ts';
import { assertNothingInside } from '../../helpers/error-form.ts';
import { shippedModels } from '../../helpers/gateway.ts';
import { affineModel, runningSumModel } from '../../helpers/onnx-models.ts';
import { channelMeansModel, twoBoxesModel } from '../../helpers/picture-models.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { maskedTextModel } from '../../helpers/text-models.ts';
import { tokenizerFile } from '../../helpers/tokenizer-fixtures.ts';
import { byteEdit, mutateBytes, mutationOf } from '../mutations/bytes.ts';
import { jsonEdit, mutateJson } from '../mutations/json.ts';
import { mutateText, textEdit } from '../mutations/text.ts';
import { throwing, type FuzzTarget } from '../target.ts';

const full = `task: tensor
title: &title Everything
description: >-
  *title, and more
batching: { enabled: true, maxBatchSize: 8, maxDelayMs: 2, maxQueueRows: 100, padding: { x: 0 }, axis: auto }
versions: { serve: [1, 2], labels: { stable: 1 }, acceptBreaking: [2] }
execution: { instances: 1, threadsPerInstance: 1 }
timeoutMs: 1000
maxTimeoutMs: 2000
rowWeight: 3
state: { stateN: state }
`;
const laughs = `a: &a [x, x, x, x, x, x, x, x, x]
${Array.from('bcdefghi', (name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(', ')}]`).join('\n')}
`;
const texts: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    readdirSync(shippedModels)
      .filter((name) => name !== 'opticalDigits')
      .map((name) => [name, readFileSync(join(shippedModels, name, 'model.yaml'), 'utf8')]),
  ),
  full,
  laughs,
};
const values: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.entries(texts)
    .filter(([name]) => name !== 'laughs')
    .map(([name, text]) => [name, parse(text)]),
);
const bytes = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)]));
const keys = [
  'task',
  'features',
  'name',
  'type',
  'min',
  'max',
  'categories',
  'labels',
  'outputs',
  'scores',
  'batching',
  'versions',
  'serve',
  'state',
  'text',
  'image',
  'preprocessor',
  '<<',
  '1',
];
const words = [
  ...keys,
  ':',
  '-',
  '&a',
  '*a',
  '!!binary',
  '!!js/function',
  '!!float',
  '|',
  '>-',
  '{',
  '}',
  '[',
  ']',
  ',',
  '%YAML 1.1',
  '---',
  '...',
  '? ',
  '.nan',
  '.inf',
  '~',
  'yes',
  '0x1F',
  '1e999',
  '\n',
  '\n  ',
  '\t',
  '"\\x00"',
  '<<: *a',
];

/** Manifests as they are read, before any model is. */
export const manifests: FuzzTarget = {
  name: 'manifests',
  about:
    'model.yaml of every shipped model and of all keys, spoilt as bytes, as YAML and by its values; aliases that multiply',
  casesInTests: 200,
  share: 60,
  open: async ({ scope }) => {
    const path = join(await temporaryFolder(scope), 'model.yaml');
    return throwing({
      cases: fc.oneof(
        fc.record({ as: fc.constant('text' as const), mutation: mutationOf(texts, textEdit(words), 4) }),
        fc.record({ as: fc.constant('bytes' as const), mutation: mutationOf(bytes, byteEdit(bytes), 4) }),
        {
          weight: 2,
          arbitrary: fc.record({ as: fc.constant('values' as const), mutation: mutationOf(values, jsonEdit(keys), 4) }),
        },
      ),
      check: async (each) => {
        await writeFile(
          path,
          each.as === 'text'
            ? mutateText(texts, each.mutation)
            : each.as === 'bytes'
              ? mutateBytes(bytes, each.mutation)
              : mutateJson(values, each.mutation),
        );
        try {
          await readManifest(path);
          return 'read';
        } catch (error) {
          if (!(error instanceof ModelLoadError)) throw error;
          assertNothingInside(error.message);
          return 'refused';
        }
      },
    });
  },
};

type Files = Readonly<Record<string, string | Uint8Array>>;
const json = (value: unknown): string => JSON.stringify(value);

/** One model of each kind, with every file that may lie beside one. */
const models: Readonly<Record<string, Files>> = {
  adds: {
    'model.yaml': json({ title: 'Adds', batching: { maxBatchSize: 4 } }),
    '1/model.onnx': affineModel({ width: 2 }),
    '1/golden.json': json({
      tolerance: { absolute: 0.1, relative: 0 },
      examples: [
        { name: 'a', inputs: { x: [1, 2] }, outputs: { y: [3, 5] } },
        { input: { x: [0, 0] }, outputs: { y: [1, 1] } },
      ],
    }),
  },
  flowers: {
    'model.yaml': json(values['iris']),
    '1/model.onnx': readFileSync(join(shippedModels, 'iris/1/model.onnx')),
    '1/golden.json': readFileSync(join(shippedModels, 'iris/1/golden.json'), 'utf8'),
  },
  passengers: {
    'model.yaml': json(values['titanic']),
    '1/model.onnx': readFileSync(join(shippedModels, 'titanic/1/model.onnx')),
    '1/golden.json': readFileSync(join(shippedModels, 'titanic/1/golden.json'), 'utf8'),
  },
  colours: {
    'model.yaml': json({
      task: 'image-classification',
      labels: ['r', 'g', 'b'],
      image: { channels: 'RGB', layout: 'NCHW' },
    }),
    '1/model.onnx': channelMeansModel(),
    '1/preprocessor_config.json': json({
      image_processor_type: 'ViTImageProcessor',
      size: { height: 4, width: 4 },
      do_normalize: true,
      image_mean: [0.5, 0.5, 0.5],
      image_std: [0.5, 0.5, 0.5],
      resample: 2,
      rescale_factor: 0.01,
    }),
  },
  things: {
    'model.yaml': json({ task: 'object-detection', labels: ['thing'], preprocessor: { size: 64 } }),
    '1/model.onnx': twoBoxesModel(),
  },
  spam: {
    'model.yaml': json({
      task: 'text-classification',
      outputs: { scores: 'logits', activation: 'softmax' },
      text: { maxTokens: 16, example: 'a' },
    }),
    '1/model.onnx': maskedTextModel(),
    '1/tokenizer.json': tokenizerFile('wordpiece').toString(),
    '1/tokenizer_config.json': json({
      model_max_length: 512,
      pad_token: '[PAD]',
      padding_side: 'right',
      truncation_side: 'right',
    }),
    '1/config.json': json({ id2label: { 0: 'ham', 1: 'spam' }, max_position_embeddings: 512 }),
    '1/golden.json': json({
      tolerance: { absolute: 9, relative: 0 },
      examples: [{ input: { text: 'a' }, outputs: { logits: [0, 0] } }],
    }),
  },
  sum: {
    'model.yaml': json({ state: { stateN: 'state' }, versions: { serve: 'all', labels: { a: 1 } } }),
    '1/model.onnx': runningSumModel(),
    '1/golden.json': json({ examples: [{ input: { x: [1, 2] }, outputs: { y: [1, 2] } }] }),
  },
};
const besides = Object.fromEntries(
  Object.entries(models).flatMap(([model, files]) =>
    Object.entries(files)
      .filter(([name]) => !name.endsWith('.onnx'))
      .map(([name, content]) => [`${model} ${name}`, JSON.parse(String(content))]),
  ),
) as Readonly<Record<string, unknown>>;
const besideKeys = [
  ...keys,
  'examples',
  'input',
  'inputs',
  'x',
  'y',
  'tolerance',
  'vocab',
  'model',
  'added_tokens',
  'normalizer',
  'pre_tokenizer',
  'post_processor',
  'size',
  'crop_size',
  'id2label',
];

/** Whole folders of a model, as `inferql check` goes over them. */
export const modelFolders: FuzzTarget = {
  name: 'model folders',
  about:
    'manifest, golden examples, tokenizer and preprocessor of good models, one of them with its values spoilt, checked by `inferql check`',
  casesInTests: 10,
  share: 12,
  open: async ({ scope, loading }) => {
    const root = await temporaryFolder(scope);
    const check = async (files: Files) => {
      await rm(join(root, 'm'), { recursive: true, force: true });
      for (const [name, content] of Object.entries(files)) {
        await mkdir(dirname(join(root, 'm', name)), { recursive: true });
        await writeFile(join(root, 'm', name), content);
      }
      const loaded = await loading.load(root);
      assert.equal(loaded.kind, 'checked', JSON.stringify(loaded));
      return loaded.kind === 'checked' ? loaded : assert.fail();
    };
    return throwing({
      cases: mutationOf(besides, jsonEdit(besideKeys), 3),
      check: async (mutation) => {
        const [model = '', name = ''] = mutation.seed.split(' ');
        const { version, problem } = await check({ ...models[model], [name]: mutateJson(besides, mutation) });
        return version?.result ?? (problem === null ? 'none' : 'problem');
      },
      stillWorks: async () => {
        for (const [name, files] of Object.entries(models)) {
          const { version } = await check(files);
          assert.equal(version?.result, 'READY', `${name}: ${version?.reason}`);
        }
      },
    });
  },
};
