import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import sharp from 'sharp';
import type { ImagePort } from '../../../../src/tasks/images/image-port.ts';
import { createPictureDecoder, type PictureRequest } from '../../../../src/tasks/images/picture-decoder.ts';
import { compilePixelLayout } from '../../../../src/tasks/images/pixel-tensor.ts';
import { type Framing, placePicture, type Resizing, type Size } from '../../../../src/tasks/images/placement.ts';
import { compilePreparation } from '../../../../src/tasks/images/preparation.ts';
import {
  base64,
  blackPng,
  fixturePicture,
  fixturePixels,
  hollowPng,
  ofPixels,
  plain,
} from '../../../helpers/pictures.ts';
import { refusal } from '../../../helpers/refusal.ts';

const decoder = createPictureDecoder({ maxPixels: 3_000_000 });

/** The tensor is the picture: its bytes, row by row. */
const port: ImagePort = { name: 'x', datatype: 'UINT8', layout: 'NHWC', channels: 'RGB', height: null, width: null };
const layout = compilePixelLayout(port, compilePreparation({ do_resize: false }, port));

const request = (resizing: Resizing = { kind: 'none' }, framing: Framing = { kind: 'all' }): PictureRequest => ({
  name: 'image',
  maxPixels: 1_000_000,
  place: (original) => placePicture(original, resizing, framing),
  filter: 'bilinear',
  background: null,
  layout,
});

async function decode(bytes: Uint8Array, asked: PictureRequest = request()) {
  const { placement, tensor } = await decoder.decode(base64(bytes), asked);
  const [height = 0, width = 0] = tensor.shape;
  return { placement, width, height, data: tensor.data as Uint8Array };
}

/** Between bytes, in levels of 255. */
function distance(one: Uint8Array, other: Uint8Array): { readonly mean: number; readonly most: number } {
  assert.equal(one.length, other.length);
  const differences = Array.from(one, (byte, index) => Math.abs(byte - (other[index] ?? 0)));
  return {
    mean: differences.reduce((sum, each) => sum + each, 0) / differences.length,
    most: differences.reduce((one, other) => Math.max(one, other), 0),
  };
}

describe('resizing is the same as Pillow', () => {
  const to = (width: number, height: number): Resizing => ({ kind: 'exact', size: { width, height } });
  const crop: Framing = { kind: 'centre', size: { width: 224, height: 224 } };
  for (const [name, filter, resizing, framing] of [
    ['photo-bilinear-224.png', 'bilinear', to(224, 224), { kind: 'all' }],
    ['photo-bicubic-224.png', 'bicubic', to(224, 224), { kind: 'all' }],
    ['photo-crop-224.png', 'bicubic', { kind: 'shortest', edge: 256, atMost: null }, crop],
  ] as [string, PictureRequest['filter'], Resizing, Framing][]) {
    test(name, async () => {
      const { data, width, height } = await decode(fixturePicture('photo.jpg'), {
        ...request(resizing, framing),
        filter,
      });
      assert.deepEqual([width, height], [224, 224]);
      assert.deepEqual(distance(data, await fixturePixels(name)), { mean: 0, most: 0 });
    });
  }

  test('small-bicubic-96x64.png, which is enlarged', async () => {
    const { data } = await decode(fixturePicture('small.png'), { ...request(to(96, 64)), filter: 'bicubic' });
    assert.deepEqual(Buffer.from(data), Buffer.from(await fixturePixels('small-bicubic-96x64.png')));
  });

  test('one side may shrink while the other grows', async () => {
    const { data, width, height } = await decode(await plain(50, 5, [9, 8, 7]).png().toBuffer(), request(to(20, 30)));
    assert.deepEqual([width, height], [20, 30]);
    assert.deepEqual(distance(data, Buffer.alloc(1800, Buffer.from([9, 8, 7]))), { mean: 0, most: 0 });
  });

  test('a side that grows is cut as well', async () => {
    const framing: Framing = { kind: 'centre', size: { width: 8, height: 8 } };
    const { width, height, placement } = await decode(
      await plain(3, 300, [1, 2, 3]).png().toBuffer(),
      request({ kind: 'shortest', edge: 12, atMost: null }, framing),
    );
    assert.deepEqual([width, height, placement.resized], [8, 8, { width: 12, height: 1200 }]);
  });
});

describe('every format comes out as 8-bit RGB', async () => {
  const picture = () => plain(6, 4, [200, 100, 50]);
  const expected = [200, 100, 50];
  for (const [what, bytes, tolerance] of [
    ['PNG', await picture().png().toBuffer(), 0],
    ['PNG with a palette', await picture().png({ palette: true }).toBuffer(), 0],
    ['PNG with 16 bits', await picture().toColourspace('rgb16').png().toBuffer(), 0],
    ['JPEG', await picture().jpeg({ quality: 100 }).toBuffer(), 2],
    ['WebP', await picture().webp({ lossless: true }).toBuffer(), 0],
    ['GIF', await picture().gif().toBuffer(), 8],
    ['AVIF', await picture().avif({ lossless: true }).toBuffer(), 2],
  ] as const) {
    test(what, async () => {
      const { data, width, height } = await decode(bytes);
      assert.deepEqual([width, height, data.length], [6, 4, 72]);
      const { most } = distance(data.subarray(0, 3), Uint8Array.from(expected));
      assert.ok(most <= tolerance, data.subarray(0, 3).join());
    });
  }

  test('CMYK becomes the bytes of Pillow, without a profile', async () => {
    const { data } = await decode(fixturePicture('cmyk.jpg'));
    assert.deepEqual(distance(data, await fixturePixels('cmyk-rgb.png')), { mean: 0, most: 0 });
  });

  test('grey ones have three equal channels', async () => {
    for (const bytes of [
      await picture().greyscale().png().toBuffer(),
      await picture().toColourspace('grey16').png().toBuffer(),
    ]) {
      const { data } = await decode(bytes);
      assert.equal(new Set(data).size, 1);
    }
  });

  test('the colour profile is passed over, as by Pillow', async () => {
    const [plainly, profiled] = await Promise.all([
      decode(await picture().withIccProfile('p3').png().toBuffer()),
      sharp(await picture().withIccProfile('p3').png().toBuffer())
        .raw()
        .toBuffer(),
    ]);
    assert.notDeepEqual([...plainly.data.subarray(0, 3)], [...profiled.subarray(0, 3)]);
  });

  test('the first frame of an animation is taken', async () => {
    const frames = [await plain(3, 3, [255, 0, 0]).png().toBuffer(), await plain(3, 3, [0, 0, 255]).png().toBuffer()];
    const animated = sharp(frames, { join: { animated: true } });
    for (const bytes of [
      await animated.clone().gif().toBuffer(),
      await animated.clone().webp({ lossless: true }).toBuffer(),
    ]) {
      const { data, width, height } = await decode(bytes);
      assert.deepEqual([width, height, ...data.subarray(0, 3)], [3, 3, 255, 0, 0]);
    }
  });

  test('the orientation of a camera is undone', async () => {
    const lying = ofPixels(2, 1, [255, 0, 0, 0, 0, 255]).withMetadata({ orientation: 6 });
    const { data, width, height, placement } = await decode(await lying.png().toBuffer());
    assert.deepEqual([width, height], [1, 2]);
    assert.deepEqual(placement.original, { width: 1, height: 2 } satisfies Size);
    assert.deepEqual([...data], [255, 0, 0, 0, 0, 255]);
  });
});

describe('transparency', () => {
  const clear = sharp(Uint8Array.of(255, 0, 0, 0, 0, 255, 0, 128), { raw: { width: 2, height: 1, channels: 4 } });

  test('is taken off, and what lay under it is seen, as with Pillow', async () => {
    const { data } = await decode(await clear.clone().png().toBuffer());
    assert.deepEqual([...data], [255, 0, 0, 0, 255, 0]);
  });

  test('does not weigh colours when they are resized', async () => {
    const { data } = await decode(
      await clear.clone().png().toBuffer(),
      request({ kind: 'exact', size: { width: 1, height: 1 } }),
    );
    assert.ok(distance(data, Uint8Array.of(128, 128, 0)).most <= 1, data.join());
  });

  test('lets a background through where the manifest names one', async () => {
    const { data } = await decode(await clear.clone().png().toBuffer(), { ...request(), background: [0, 0, 255] });
    assert.ok(distance(data, Uint8Array.of(0, 0, 255, 0, 128, 127)).most <= 1, data.join());
  });
});

describe('what is refused', async () => {
  const refusedAs = (reason: Parameters<typeof refusal>[0], message: RegExp) => (error: unknown) => {
    refusal(reason, 'image', message)(error);
    assert.doesNotMatch((error as Error).message, /vips|libpng|Input|buffer|heif:|source:|\//i);
    return true;
  };
  const photo = fixturePicture('photo.jpg');
  const webp = await sharp(photo).webp().toBuffer();
  const avif = await sharp(photo).resize(64).avif().toBuffer();
  const gif = await sharp(photo).resize(64).gif().toBuffer();
  const digit = fixturePicture('small.png');

  for (const [what, bytes] of [
    ['half a JPEG', photo.subarray(0, photo.length / 2)],
    ['a JPEG without its end', photo.subarray(0, photo.length - 20)],
    ['a PNG without its end', digit.subarray(0, digit.length - 40)],
    ['half a WebP', webp.subarray(0, webp.length / 2)],
    ['half an AVIF', avif.subarray(0, avif.length / 2)],
    ['a third of a GIF', gif.subarray(0, gif.length / 3)],
    ['the first bytes of a JPEG', Buffer.from([0xff, 0xd8, 0xff, 0xe0])],
    ['the first bytes of a PNG', digit.subarray(0, 12)],
    ['a PNG that holds less than it promises', hollowPng(500, 500)],
    ['a PNG of no width', hollowPng(0, 5)],
    ['an SVG that says it is a JPEG', Buffer.from('\xFF\xD8\xFF<svg xmlns="http://www.w3.org/2000/svg"/>', 'latin1')],
  ] as const) {
    test(what, () => assert.rejects(decode(bytes), refusedAs('INVALID_IMAGE', /damaged or incomplete/)));
  }

  test('an SVG, a PDF and a TIFF, which libvips could read', async () => {
    const tiff = await plain(2, 2, [0, 0, 0]).tiff().toBuffer();
    for (const bytes of [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), tiff]) {
      await assert.rejects(decode(bytes), refusedAs('INVALID_IMAGE', /got bytes of something else/));
    }
  });

  test('more pixels than are allowed, whatever the file holds', async () => {
    for (const bytes of [hollowPng(100_000, 100_000), hollowPng(1001, 1000), await blackPng(1001, 1000)]) {
      await assert.rejects(decode(bytes), refusedAs('OUT_OF_RANGE', /at most 1000000 pixels, got a larger one/));
    }
    await assert.rejects(
      decode(await blackPng(11, 10), { ...request(), maxPixels: 100 }),
      refusedAs('OUT_OF_RANGE', /at most 100 pixels/),
    );
  });

  test('what the model cannot take, in its own words', async () => {
    const failure = new RangeError('too wide');
    const place = () => {
      throw Object.assign(failure, { name: 'GatewayError' });
    };
    await assert.rejects(decode(digit, { ...request(), place }), failure);
  });
});

describe('pictures of several callers', async () => {
  const large = base64(await blackPng(1000, 1000));
  const one = base64(await blackPng(2, 2));
  const reason = new Error('The client left.');

  test('a list does not stand before the picture of another caller', async () => {
    const own = createPictureDecoder({ maxPixels: 1_000_000 });
    const { signal } = new AbortController();
    const log: string[] = [];
    const done = (name: string) => () => void log.push(name);
    const list = Array.from({ length: 8 }, () => own.decode(large, request(), signal).then(done('of the list')));
    await Promise.all([...list, own.decode(one, request()).then(done('single'))]);
    assert.ok(log.indexOf('single') <= 4, log.join());
    await own.close();
  });

  test('bug: thirty pictures of few bytes and many pixels blocked every model for half a minute', async () => {
    const own = createPictureDecoder({ maxPixels: 1_000_000 });
    const controller = new AbortController();
    const list = Array.from({ length: 30 }, () => own.decode(large, request(), controller.signal));
    const results = await Promise.allSettled(list);
    const refused = results.filter((result) => result.status === 'rejected');
    assert.equal(refused.length, 22);
    for (const { reason: error } of refused) {
      refusal('OUT_OF_RANGE', 'image', /pictures of at most 8000000 pixels together, got more of them/)(error);
    }
    await own.decode(large, request(), new AbortController().signal);
    await own.close();
  });

  test('what nobody waits for any more is not decoded', async () => {
    const own = createPictureDecoder({ maxPixels: 1_000_000 });
    const controller = new AbortController();
    let begun = 0;
    const counted: PictureRequest = {
      ...request(),
      place: (original) => {
        begun += 1;
        if (begun === 2) controller.abort(reason);
        return request().place(original);
      },
    };
    const list = Array.from({ length: 20 }, () => own.decode(large, counted, controller.signal));
    for (const result of await Promise.allSettled(list)) {
      assert.equal(result.status === 'rejected' && result.reason, reason);
    }
    assert.ok(begun <= 3, String(begun));
    await own.decode(one, request());
    await assert.rejects(own.decode(one, request(), controller.signal), reason);
    await own.close();
  });
});
