import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Pixels, resample, resamplingWork } from '../../../../src/tasks/images/resample.ts';
import { fixturePixels } from '../../../helpers/pictures.ts';

const small: Pixels = { data: await fixturePixels('small.png'), width: 40, height: 30 };
const whole = { horizontal: { target: 96, from: 0, length: 96 }, vertical: { target: 64, from: 0, length: 64 } };

describe('resampling', () => {
  for (const filter of ['bilinear', 'bicubic', 'lanczos'] as const) {
    test(`${filter} gives the bytes of Pillow`, async () => {
      const { data, width, height } = resample(small, whole.horizontal, whole.vertical, filter);
      assert.deepEqual([width, height], [96, 64]);
      assert.deepEqual(Buffer.from(data), Buffer.from(await fixturePixels(`small-${filter}-96x64.png`)));
    });
  }

  for (const [filter, width, height] of [
    ['bilinear', 9, 7],
    // One side shrinks while the other grows.
    ['lanczos', 13, 64],
  ] as const) {
    test(`${filter} to ${width} × ${height} gives the bytes of Pillow`, async () => {
      const across = { target: width, from: 0, length: width };
      const down = { target: height, from: 0, length: height };
      const { data } = resample(small, across, down, filter);
      assert.deepEqual(Buffer.from(data), Buffer.from(await fixturePixels(`small-${filter}-${width}x${height}.png`)));
    });
  }

  test('is the more work the more pixels go in and come out', () => {
    const to = (target: number) => ({ target, from: 0, length: target });
    const workOf = (from: number, target: number) =>
      resamplingWork({ width: from, height: from }, to(target), to(target), 'bilinear');
    const rising = [workOf(20, 10), workOf(200, 10), workOf(200, 20), workOf(200, 400)];
    assert.deepEqual(
      rising,
      rising.toSorted((one, other) => one - other),
    );
    assert.equal(resamplingWork(small, null, null, 'bilinear'), 0);
  });

  test('a side that is null stays as it is', async () => {
    assert.equal(resample(small, null, null, 'bicubic'), small);
    const { width, height } = resample(small, null, whole.vertical, 'bicubic');
    assert.deepEqual([width, height], [40, 64]);
  });

  test('a part is the same as that part of the whole', async () => {
    const all = resample(small, whole.horizontal, whole.vertical, 'bicubic');
    await fc.assert(
      fc.asyncProperty(fc.nat(95), fc.nat(63), fc.integer({ min: 1, max: 96 }), async (left, top, length) => {
        const width = Math.min(length, 96 - left);
        const height = Math.min(length, 64 - top);
        const part = resample(
          small,
          { target: 96, from: left, length: width },
          { target: 64, from: top, length: height },
          'bicubic',
        );
        for (let y = 0; y < height; y += 1) {
          const from = ((top + y) * 96 + left) * 3;
          const row = part.data.subarray(y * width * 3, (y + 1) * width * 3);
          assert.deepEqual(row, all.data.subarray(from, from + width * 3));
        }
      }),
      { numRuns: 30 },
    );
  });

  test('one colour stays that colour', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 3, maxLength: 3 }),
        fc.constantFrom('bilinear', 'bicubic', 'lanczos'),
        async (colour, filter) => {
          const plain: Pixels = { data: Uint8Array.of(...colour, ...colour), width: 2, height: 1 };
          const { data } = resample(
            plain,
            { target: 7, from: 0, length: 7 },
            { target: 3, from: 0, length: 3 },
            filter,
          );
          for (let place = 0; place < data.length; place += 1) assert.equal(data[place], colour[place % 3]);
        },
      ),
    );
  });
});
