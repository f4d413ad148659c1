import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ModelLoadError } from '../../../src/errors.ts';
import { imageClassification } from '../../../src/tasks/image-classification.ts';
import type { RowPort } from '../../../src/tasks/row-signature.ts';
import { base64, blackPng, fixturePicture, fixturePixels, ofPixels, plain } from '../../helpers/pictures.ts';
import { refusal } from '../../helpers/refusal.ts';
import { anyRow, taskContext } from '../../helpers/shared-types.ts';

const scores: RowPort = { name: 'logits', datatype: 'FP32', shape: [2] };
const input = (shape: RowPort['shape'], datatype: RowPort['datatype'] = 'FP32'): RowPort[] => [
  { name: 'pixel_values', datatype, shape },
];

const bindTo = (inputs: readonly RowPort[], manifest: object = {}, file?: object) =>
  imageClassification.bind(
    taskContext(
      inputs,
      [scores],
      { task: 'image-classification', ...manifest },
      new Map(file === undefined ? [] : [['preprocessor_config.json', Buffer.from(JSON.stringify(file))]]),
    ),
  );

const rowOf = async (bound: ReturnType<typeof bindTo>, bytes: Uint8Array) => {
  const { tensors } = await bound.encode({ image: base64(bytes) });
  return tensors.get('pixel_values');
};

describe('the input', () => {
  const bound = bindTo(input([3, 224, 224]));

  test('is one picture in base64', () => {
    const fields = Object.values(bound.inputType.getFields());
    assert.deepEqual(
      fields.map(({ name, type }) => `${name}: ${String(type)}`),
      ['image: Base64!'],
    );
    assert.match(
      fields[0]?.description ?? '',
      /JPEG, PNG, WebP, GIF or AVIF picture.* in RGB, 224 × 224 pixels, `pixel_values`/,
    );
  });

  test('is shown as a feature, with its name in the file', () => {
    assert.deepEqual(
      bound.features.map(({ name, originalName, type }) => [name, originalName, type]),
      [['image', 'pixel_values', 'Base64!']],
    );
  });

  for (const [what, value, reason] of [
    ['nothing', {}, 'MISSING'],
    ['a number', { image: 5 }, 'WRONG_TYPE'],
  ] as const) {
    test(`is refused from a file: ${what}`, async () => {
      await assert.rejects(async () => bound.encode(value), refusal(reason, 'image'));
    });
  }

  test('has no other fields', async () => {
    await assert.rejects(async () => bound.encode({ image: '', picture: '' }), refusal('UNKNOWN_NAME', 'picture'));
  });
});

test('a picture for which nobody waits any more is not decoded', async () => {
  const reason = new Error('The client left.');
  const row = bindTo(input([1, 28, 28])).encode({ image: 'no base64' }, { signal: AbortSignal.abort(reason) });
  await assert.rejects(async () => row, reason);
});

describe('a row', () => {
  test('of a picture that fits is the picture, 0 to 1', async () => {
    const tensor = await rowOf(bindTo(input([1, 28, 28])), fixturePicture('grey-28.png'));
    const pixels = await fixturePixels('grey-28.png');
    const expected = Float32Array.from({ length: 784 }, (_, place) =>
      Math.fround((pixels[place * 3] ?? 0) * (1 / 255)),
    );
    assert.deepEqual(tensor, { datatype: 'FP32', shape: [1, 28, 28], data: expected });
  });

  test('is prepared as the file beside the model says, and the manifest goes before it', async () => {
    const file = {
      size: { height: 1, width: 2 },
      image_mean: [0.5],
      image_std: [0.5],
      do_rescale: true,
      rescale_factor: 1,
    };
    const picture = await ofPixels(2, 1, [1, 2, 3, 4, 5, 6]).png().toBuffer();
    const fromFile = await rowOf(bindTo(input([3, 1, 2]), {}, file), picture);
    assert.deepEqual(fromFile?.data, Float32Array.of(1, 7, 3, 9, 5, 11));
    const both = await rowOf(bindTo(input([3, 1, 2]), { preprocessor: { image_mean: 0 } }, file), picture);
    assert.deepEqual(both?.data, Float32Array.of(2, 8, 4, 10, 6, 12));
  });

  test('takes the layout and the channels that the manifest says', async () => {
    const picture = await ofPixels(2, 1, [1, 2, 3, 4, 5, 6]).png().toBuffer();
    const bound = bindTo(input([1, 2, 3], 'UINT8'), { image: { layout: 'NHWC', channels: 'BGR' } });
    assert.deepEqual((await rowOf(bound, picture))?.data, Uint8Array.of(3, 2, 1, 6, 5, 4));
  });
});

describe('what is too large', () => {
  test('by the manifest', async () => {
    const bound = bindTo(input([3, 8, 8]), { image: { maxPixels: 99 } });
    await assert.rejects(
      async () => rowOf(bound, await blackPng(10, 10)),
      refusal('OUT_OF_RANGE', 'image', /at most 99 pixels/),
    );
  });

  test('is what would become too large, and so is not made', async () => {
    const bound = bindTo(input([3, 'height', 'width']), { preprocessor: { size: { shortest_edge: 224 } } });
    const line = await plain(1, 5000, [0, 0, 0]).png().toBuffer();
    await assert.rejects(
      async () => rowOf(bound, line),
      refusal('OUT_OF_RANGE', 'image', /one of 1 × 5000 that becomes 224 × 1120000/),
    );
  });

  test('is a picture of another size, where nothing resizes it', async () => {
    const bound = bindTo(input([3, 8, 8]), { preprocessor: { do_resize: false } });
    await assert.rejects(
      async () => rowOf(bound, await blackPng(9, 8)),
      refusal('WRONG_SHAPE', 'image', /8 × 8 pixels, got one of 9 × 8/),
    );
  });
});

test('picture and classes are bound together', () => {
  const bound = bindTo(input([3, 8, 8]), { labels: ['cat', 'dog'], outputs: { activation: 'softmax' } });
  assert.deepEqual(bound.labels, ['cat', 'dog']);
  const decoded = bound.decode(
    new Map([['logits', { datatype: 'FP32', shape: [2], data: Float32Array.of(0, 1) }]]),
    anyRow,
  );
  assert.equal((decoded as { label: string }).label, 'dog');
});

test('one label is no classification', () => {
  assert.throws(
    () => bindTo(input([3, 8, 8]), { labels: ['cat'] }),
    (error) => error instanceof ModelLoadError && /label "cat" alone/.test(error.message),
  );
});
