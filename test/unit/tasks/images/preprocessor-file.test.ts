import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ModelLoadError } from '../../../../src/errors.ts';
import { readPreprocessorFile } from '../../../../src/tasks/images/preprocessor-file.ts';

const read = (content: unknown) => readPreprocessorFile(Buffer.from(JSON.stringify(content)));

describe('preprocessor_config.json', () => {
  test('of a ViT is read whole', () => {
    const pixels = {
      do_normalize: true,
      do_rescale: true,
      do_resize: true,
      image_mean: [0.5, 0.5, 0.5],
      image_std: [0.5, 0.5, 0.5],
      resample: 2,
      rescale_factor: 0.003_921_568_627_450_98,
      size: { height: 224, width: 224 },
    };
    assert.deepEqual(read({ ...pixels, image_processor_type: 'ViTImageProcessor' }), pixels);
  });

  test('of a fast processor has many keys that are null', () => {
    const written = {
      image_processor_type: 'ViTImageProcessorFast',
      crop_size: null,
      data_format: 'channels_first',
      default_to_square: true,
      device: null,
      do_center_crop: null,
      do_convert_rgb: null,
      input_data_format: null,
      return_tensors: null,
      size: { height: 8, width: 8 },
      size_divisor: null,
    };
    assert.deepEqual(read(written), { size: { height: 8, width: 8 } });
  });

  test('that is not there says nothing', () => assert.deepEqual(readPreprocessorFile(undefined), {}));

  test('of a class that takes a number as both sides keeps that meaning also before a crop', () => {
    const written = { do_center_crop: true, crop_size: 224, size: 256 };
    assert.deepEqual(read({ ...written, feature_extractor_type: 'DeiTFeatureExtractor' }).size, {
      height: 256,
      width: 256,
    });
    assert.equal(read({ ...written, feature_extractor_type: 'CLIPFeatureExtractor' }).size, 256);
  });

  test('of ConvNeXT names the share that is kept', () => {
    assert.deepEqual(read({ crop_pct: 0.875, size: { shortest_edge: 224 } }), {
      size: { shortest_edge: 256 },
      do_center_crop: true,
      crop_size: 224,
    });
    assert.deepEqual(read({ crop_pct: 0.95, size: 384 }), { size: { height: 384, width: 384 } });
  });

  test('may switch off what is not known here', () => {
    assert.deepEqual(read({ do_align_long_axis: false, do_reduce_labels: false }), {});
  });

  for (const [what, content, message] of [
    ['a step that is not known', { do_align_long_axis: true }, /says do_align_long_axis, which is not known here/],
    ['a share without a size', { crop_pct: 0.9 }, /says crop_pct/],
    ['a value of another kind', { image_mean: 'imagenet' }, /preprocessor_config\.json: image_mean: /],
    ['a list', [], /holds no JSON object/],
  ] as const) {
    test(`is refused: ${what}`, () => {
      assert.throws(
        () => read(content),
        (error) => error instanceof ModelLoadError && message.test(error.message),
      );
    });
  }

  test('that is cut off may come right by itself', () => {
    assert.throws(
      () => readPreprocessorFile(Buffer.from('{ "size": ')),
      (error) =>
        error instanceof ModelLoadError &&
        error.incomplete &&
        error.message === 'preprocessor_config.json is no JSON: it is cut off, or was written by hand.',
    );
  });
});
