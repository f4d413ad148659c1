import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { callsOf, query, startTestGateway } from '../helpers/gateway.ts';
import { channelMeansModel, twoBoxesModel } from '../helpers/picture-models.ts';
import { base64, blackPng, hollowPng, plain } from '../helpers/pictures.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const config = { image_processor_type: 'ViTImageProcessor', size: { height: 4, width: 4 }, rescale_factor: 0.5 };
const root = await temporaryFolder(
  { after },
  {
    'colours/model.yaml':
      'task: image-classification\nlabels: [red, green, blue]\npreprocessor: { rescale_factor: 0.01 }\n',
    'colours/1/model.onnx': channelMeansModel(),
    'colours/1/preprocessor_config.json': JSON.stringify(config),
    'things/model.yaml': 'task: object-detection\nlabels: [thing]\n',
    'things/1/model.onnx': twoBoxesModel(),
    'short/model.yaml': 'task: image-classification\nbatching: { maxQueueRows: 2 }\n',
    'short/1/model.onnx': channelMeansModel(),
    'contradicting/model.yaml': 'task: image-classification\npreprocessor: { size: 5 }\n',
    'contradicting/1/model.onnx': channelMeansModel(),
  },
);
const gateway = await startTestGateway({ after }, root, { maxImagePixels: 10_000, logLevel: 'debug' });

const red = base64(await plain(9, 7, [200, 20, 0]).png().toBuffer());
const blue = base64(await plain(3, 3, [0, 20, 100]).webp({ lossless: true }).toBuffer());

const classify = (image: string) =>
  query(gateway, 'query($image: Base64!) { predict { colours(input: { image: $image }) { label score } } }', { image });
const classifyAll = (...images: readonly string[]) =>
  query(
    gateway,
    'query($inputs: [ColoursInput!]!) { predict { coloursBatch(inputs: $inputs) { label meta { batchSize } } } }',
    {
      inputs: images.map((image) => ({ image })),
    },
  );

describe('image-classification', async () => {
  test('says what a picture shows, prepared by the file with the manifest before it', async () => {
    const { data, errors } = await classify(red);
    assert.deepEqual(errors, []);
    assert.equal(data.predict.colours.label, 'red');
    assert.ok(Math.abs(data.predict.colours.score - 2) < 1e-5, String(data.predict.colours.score));
  });

  test('takes data URIs', async () => {
    const { data } = await classify(`data:image/webp;base64,${blue}`);
    assert.equal(data.predict.colours.label, 'blue');
  });

  test('predicts a list in shared calls, in its order', async () => {
    const before = callsOf(gateway, 'colours').length;
    const images = Array.from({ length: 20 }, (_, index) => (index % 3 === 0 ? blue : red));
    const { data, errors } = await classifyAll(...images);
    assert.deepEqual(errors, []);
    assert.deepEqual(
      data.predict.coloursBatch.map(({ label }: { label: string }) => label),
      images.map((image) => (image === blue ? 'blue' : 'red')),
    );
    assert.equal(callsOf(gateway, 'colours').length, before + 1);
    assert.equal(data.predict.coloursBatch[0].meta.batchSize, 20);
  });

  test('a bad picture in a list harms no other', async () => {
    const cut = base64((await plain(90, 90, [1, 2, 3]).jpeg().toBuffer()).subarray(0, 300));
    const { status, data, errors } = await classifyAll(
      red,
      'AAAA',
      blue,
      cut,
      'no base64',
      '',
      base64(hollowPng(101, 100)),
    );
    assert.equal(status, 200);
    assert.deepEqual(
      data.predict.coloursBatch.map((one: { label: string } | null) => one?.label ?? null),
      ['red', null, 'blue', null, null, null, null],
    );
    assert.deepEqual(
      errors.map(({ path, extensions: { code, details } }) => [
        path?.at(-1),
        code,
        details?.['reason'],
        details?.['input'],
      ]),
      [
        [1, 'BAD_USER_INPUT', 'INVALID_IMAGE', 'image'],
        [3, 'BAD_USER_INPUT', 'INVALID_IMAGE', 'image'],
        [4, 'BAD_USER_INPUT', 'INVALID_BASE64', 'image'],
        [5, 'BAD_USER_INPUT', 'INVALID_IMAGE', 'image'],
        [6, 'BAD_USER_INPUT', 'OUT_OF_RANGE', 'image'],
      ],
    );
  });

  test('a list that is longer than the queue is refused before any picture is decoded', async () => {
    const { data, errors } = await query(
      gateway,
      'query($inputs: [ShortInput!]!) { predict { shortBatch(inputs: $inputs) { label } } }',
      { inputs: Array.from({ length: 3 }, () => ({ image: 'no picture' })) },
    );
    assert.equal(data.predict.shortBatch, null);
    assert.deepEqual(
      errors.map(({ extensions }) => [extensions.code, extensions.details]),
      [['BATCH_TOO_LARGE', { rows: 3, limit: 2 }]],
    );
  });

  for (const [what, image, expected] of [
    [
      'bytes of something else',
      base64(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')),
      {
        reason: 'INVALID_IMAGE',
        input: 'image',
        expected: 'a JPEG, PNG, WebP, GIF or AVIF picture',
        received: 'bytes of something else',
      },
    ],
    [
      'more pixels than the server allows',
      base64(await blackPng(101, 100)),
      {
        reason: 'OUT_OF_RANGE',
        input: 'image',
        expected: 'a picture of at most 10000 pixels',
        received: 'a larger one',
      },
    ],
  ] as const) {
    test(`says of ${what} what was expected and what came`, async () => {
      const { data, errors } = await classify(image);
      assert.equal(data.predict.colours, null);
      assert.deepEqual(errors[0]?.extensions.details, expected);
      assert.equal(errors[0]?.extensions.model, 'colours');
    });
  }

  test('a picture that is as large as allowed is taken', async () => {
    const { errors } = await classify(base64(await blackPng(100, 100)));
    assert.deepEqual(errors, []);
  });

  test('the limit is told by the server', async () => {
    const { data } = await query(gateway, '{ server { limits { maxImagePixels } } }');
    assert.equal(data.server.limits.maxImagePixels, 10_000);
  });
});

test('a manifest that contradicts its graph fails the version with what to do', async () => {
  const { data } = await query(gateway, '{ model(name: "contradicting") { versions { state { phase reason } } } }');
  const [{ state }] = data.model.versions;
  assert.equal(state.phase, 'FAILED');
  assert.match(state.reason, /come out 5 high and 5 wide, and the input "pixels" takes a height of 4 and a width of 4/);
});

describe('object-detection', () => {
  const find = (image: string, given = '') =>
    query(
      gateway,
      `query($image: Base64!) { predict { things(input: { image: $image }) { boxes${given} { label score xMin yMin xMax yMax } } } }`,
      { image },
    );

  test('finds boxes in pixels of the picture, the letterbox undone', async () => {
    // Twice as wide as high: 64 × 32 in the middle, bars of 16 above and below, so that half of it is white.
    const white = base64(await plain(128, 64, [255, 255, 255]).png().toBuffer());
    const { data, errors } = await find(white);
    assert.deepEqual(errors, []);
    const [first, second] = data.predict.things.boxes;
    const brightness = 0.5 + (0.5 * 114) / 255;
    assert.ok(Math.abs(first.score - brightness) < 1e-5 && Math.abs(second.score - brightness / 2) < 1e-5);
    assert.deepEqual({ ...first, score: 0 }, { label: 'thing', score: 0, xMin: 16, yMin: 24, xMax: 48, yMax: 40 });
    assert.deepEqual({ ...second, score: 0 }, { label: 'thing', score: 0, xMin: 88, yMin: 24, xMax: 104, yMax: 40 });
  });

  test('takes what is wanted of them as arguments', async () => {
    const { data } = await find(red, '(threshold: 0, limit: 1)');
    assert.equal(data.predict.things.boxes.length, 1);
    const { data: none, errors } = await find(red, '(threshold: 2)');
    assert.equal(none.predict.things, null);
    assert.deepEqual(errors[0]?.extensions.details?.['input'], 'threshold');
  });

  test('a list of pictures of different sizes shares a call', async () => {
    const { data } = await query(
      gateway,
      'query($inputs: [ThingsInput!]!) { predict { thingsBatch(inputs: $inputs) { boxes(threshold: 0) { xMax } meta { batchSize } } } }',
      { inputs: [{ image: red }, { image: blue }] },
    );
    const [first, second] = data.predict.thingsBatch;
    assert.equal(first.meta.batchSize, 2);
    assert.notEqual(first.boxes[0].xMax, second.boxes[0].xMax);
  });
});
