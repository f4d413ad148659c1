import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ModelLoadError } from '../../../../src/errors.ts';
import { findImagePort } from '../../../../src/tasks/images/image-port.ts';
import type { ImageOptions } from '../../../../src/tasks/images/sections.ts';
import type { RowPort } from '../../../../src/tasks/row-signature.ts';

const find = (
  shape: RowPort['shape'],
  options: ImageOptions = {},
  flipped = false,
  datatype: RowPort['datatype'] = 'FP32',
) =>
  findImagePort({ axis: { kind: 'dynamic' }, inputs: [{ name: 'x', datatype, shape }], outputs: [] }, options, flipped);

describe('the input for a picture', () => {
  for (const [what, shape, options, expected] of [
    ['channels first', [3, 224, 192], {}, ['NCHW', 'RGB', 224, 192]],
    ['channels last', [224, 192, 3], {}, ['NHWC', 'RGB', 224, 192]],
    ['one channel', [1, 28, 28], {}, ['NCHW', 'grey', 28, 28]],
    ['a bare plane', [28, 20], {}, [null, 'grey', 28, 20]],
    ['free sizes', [3, 'height', 'width'], {}, ['NCHW', 'RGB', null, null]],
    ['free sizes with telling names', ['num_channels', 'height', 'width'], {}, ['NCHW', 'RGB', null, null]],
    ['free sizes with the layout of the manifest', [null, null, null], { layout: 'NHWC' }, ['NHWC', 'RGB', null, null]],
    ['both ends may be channels, and the manifest knows', [3, 8, 3], { layout: 'NHWC' }, ['NHWC', 'RGB', 3, 8]],
    ['the channels of the manifest', [3, 8, 8], { channels: 'BGR' }, ['NCHW', 'BGR', 8, 8]],
    ['grey in a free number of channels', ['channels', 8, 8], { channels: 'grey' }, ['NCHW', 'grey', 8, 8]],
  ] as [string, RowPort['shape'], ImageOptions, unknown[]][]) {
    test(`is found: ${what}`, () => {
      const { layout, channels, height, width } = find(shape, options);
      assert.deepEqual([layout, channels, height, width], expected);
    });
  }

  test('takes BGR where the preprocessor flips the channels', () =>
    assert.equal(find([3, 8, 8], {}, true).channels, 'BGR'));

  for (const [what, run, message] of [
    ['a vector', () => find([4]), /FP32 \[4\] in each row.*use the task tensor/],
    ['no shape', () => find(null), /use the task tensor/],
    ['a batch of fixed size', () => find([8, 3, 224, 224]), /batch dimension that is free or 1/],
    ['integers', () => find([3, 8, 8], {}, false, 'INT64'), /takes INT64.*becomes UINT8, FP16, FP32 or FP64/],
    ['no telling size', () => find([8, 8, 8]), /say image\.layout/],
    ['two telling sizes', () => find([3, 8, 3]), /say image\.layout/],
    ['no channels where the manifest looks for them', () => find([3, 8, 8], { layout: 'NHWC' }), /no 1 or 3 channels/],
    ['a layout of a plane', () => find([8, 8], { layout: 'NHWC' }), /leave image\.layout out/],
    ['grey for three channels', () => find([3, 8, 8], { channels: 'grey' }), /with 3 channels, and grey has 1/],
    ['colours for one channel', () => find([1, 8, 8], { channels: 'RGB' }), /with 1 channels, and RGB has 3/],
    [
      'a flip of what the manifest says is RGB',
      () => find([3, 8, 8], { channels: 'RGB' }, true),
      /do_flip_channel_order/,
    ],
  ] as [string, () => unknown, RegExp][]) {
    test(`is refused: ${what}`, () => {
      assert.throws(run, (error) => error instanceof ModelLoadError && message.test(error.message));
    });
  }

  test('is the only one', () => {
    const inputs: RowPort[] = ['pixels', 'mask'].map((name) => ({ name, datatype: 'FP32', shape: [3, 8, 8] }));
    assert.throws(
      () => findImagePort({ axis: { kind: 'dynamic' }, inputs, outputs: [] }, {}, false),
      /inputs are "pixels", "mask": fold the others into the graph/,
    );
  });
});
