import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { ImagePort } from '../../../../src/tasks/images/image-port.ts';
import { compilePixelLayout, writePixels } from '../../../../src/tasks/images/pixel-tensor.ts';
import { placePicture } from '../../../../src/tasks/images/placement.ts';
import { compilePreparation, luma } from '../../../../src/tasks/images/preparation.ts';
import type { Preprocessor } from '../../../../src/tasks/images/sections.ts';
import { fixturePixels } from '../../../helpers/pictures.ts';

const free: ImagePort = { name: 'x', datatype: 'UINT8', layout: 'NHWC', channels: 'RGB', height: null, width: null };

/** The tensor of a picture that already has its size. */
function write(port: ImagePort, said: Preprocessor, width: number, height: number, data: Uint8Array) {
  const preparation = compilePreparation({ do_resize: false, ...said }, port);
  const placement = placePicture({ width, height }, preparation.resizing, preparation.framing);
  return writePixels({ data, width, height }, placement, compilePixelLayout(port, preparation));
}

const two = Uint8Array.of(1, 2, 3, 4, 5, 6);

describe('the layout', () => {
  for (const [layout, channels, shape, data] of [
    ['NHWC', 'RGB', [1, 2, 3], [1, 2, 3, 4, 5, 6]],
    ['NHWC', 'BGR', [1, 2, 3], [3, 2, 1, 6, 5, 4]],
    ['NCHW', 'RGB', [3, 1, 2], [1, 4, 2, 5, 3, 6]],
    ['NCHW', 'BGR', [3, 1, 2], [3, 6, 2, 5, 1, 4]],
    ['NCHW', 'grey', [1, 1, 2], [luma(1, 2, 3), luma(4, 5, 6)]],
    ['NHWC', 'grey', [1, 2, 1], [luma(1, 2, 3), luma(4, 5, 6)]],
    [null, 'grey', [1, 2], [luma(1, 2, 3), luma(4, 5, 6)]],
  ] as const) {
    test(`${layout} ${channels}`, async () => {
      const tensor = write({ ...free, layout, channels }, {}, 2, 1, two);
      assert.deepEqual(tensor, { datatype: 'UINT8', shape, data: Uint8Array.from(data) });
    });
  }

  test('the two layouts hold the same elements', async () => {
    const pictures = fc.integer({ min: 1, max: 5 }).chain((width) =>
      fc.integer({ min: 1, max: 5 }).chain((height) =>
        fc.record({
          width: fc.constant(width),
          height: fc.constant(height),
          data: fc.uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 }),
        }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(pictures, async ({ width, height, data }) => {
        const last = write(free, {}, width, height, data);
        const first = write({ ...free, layout: 'NCHW' }, {}, width, height, data);
        assert.deepEqual(last.data, data);
        for (let place = 0; place < data.length; place += 1) {
          const [channel, pixel] = [place % 3, Math.floor(place / 3)];
          assert.equal(first.data[channel * width * height + pixel], data[place]);
        }
      }),
    );
  });
});

test('grey has the bytes of Pillow', async () => {
  const tensor = write({ ...free, channels: 'grey' }, {}, 40, 30, await fixturePixels('small.png'));
  const expected = (await fixturePixels('small-grey.png')).filter((_, place) => place % 3 === 0);
  assert.deepEqual(tensor.data, new Uint8Array(expected));
});

describe('values', () => {
  interface Reference {
    readonly image_mean: number[];
    readonly image_std: number[];
    readonly rescaled: string;
    readonly normalized: readonly string[];
    readonly halves: readonly string[];
  }
  const file = new URL('../../../fixtures/pictures/bytes.json', import.meta.url);
  const { image_mean, image_std, ...expected } = JSON.parse(readFileSync(file, 'utf8')) as Reference;
  const everyByte = Uint8Array.from({ length: 768 }, (_, place) => Math.floor(place / 3));
  const join = (parts: readonly string[]) => Buffer.concat(parts.map((part) => Buffer.from(part, 'base64')));
  const bytesOf = ({ data }: { readonly data: unknown }) => {
    const { buffer, byteOffset, byteLength } = data as Uint8Array;
    return Buffer.from(buffer, byteOffset, byteLength);
  };
  const port: ImagePort = { ...free, layout: 'NCHW', datatype: 'FP32' };

  test('are rescaled to the bits of numpy', async () => {
    const tensor = write({ ...port, channels: 'grey' }, {}, 256, 1, everyByte);
    assert.deepEqual(bytesOf(tensor), join([expected.rescaled]));
  });

  test('are normalised to the bits of numpy', async () => {
    const tensor = write(port, { image_mean, image_std }, 256, 1, everyByte);
    assert.deepEqual(bytesOf(tensor), join(expected.normalized));
  });

  test('are halves of those where the graph takes halves', async () => {
    const tensor = write({ ...port, datatype: 'FP16' }, { image_mean, image_std }, 256, 1, everyByte);
    assert.deepEqual(bytesOf(tensor), join(expected.halves));
  });

  test('stay 0 to 255 without rescaling', async () => {
    const tensor = write({ ...port, datatype: 'FP64' }, { do_rescale: false }, 2, 1, two);
    assert.deepEqual(tensor.data, Float64Array.of(1, 4, 2, 5, 3, 6));
  });
});

describe('where no picture is', () => {
  const port: ImagePort = { ...free, datatype: 'FP32', channels: 'grey', layout: null };
  const frame = { image_mean: 0.5, image_std: 1, rescale_factor: 1 / 2 };

  test('a crop is black before it is normalised', async () => {
    const tensor = write(port, { ...frame, crop_size: { width: 3, height: 1 } }, 1, 1, Uint8Array.of(4, 4, 4));
    assert.deepEqual(tensor, { datatype: 'FP32', shape: [1, 3], data: Float32Array.of(-0.5, 1.5, -0.5) });
  });

  test('padding is 0 after it is normalised', async () => {
    const said: Preprocessor = {
      ...frame,
      do_resize: true,
      size: { longest_edge: 1 },
      pad_size: { width: 2, height: 2 },
    };
    const tensor = write(port, said, 1, 1, Uint8Array.of(4, 4, 4));
    assert.deepEqual(tensor.data, Float32Array.of(1.5, 0, 0, 0));
  });

  test('a letterbox has its colour, in every channel its own', async () => {
    const said: Preprocessor = {
      do_resize: true,
      do_letterbox: true,
      size: { width: 1, height: 3 },
      letterbox_color: [7, 8, 9],
    };
    const tensor = write({ ...free, channels: 'BGR' }, said, 1, 1, Uint8Array.of(1, 2, 3));
    assert.deepEqual(tensor.data, Uint8Array.of(9, 8, 7, 3, 2, 1, 9, 8, 7));
  });
});
