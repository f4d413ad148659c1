import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ModelLoadError } from '../../../../src/errors.ts';
import type { ImagePort } from '../../../../src/tasks/images/image-port.ts';
import { compilePreparation, luma } from '../../../../src/tasks/images/preparation.ts';
import type { Preprocessor } from '../../../../src/tasks/images/sections.ts';

const port: ImagePort = { name: 'x', datatype: 'FP32', layout: 'NCHW', channels: 'RGB', height: 224, width: 224 };
const free: ImagePort = { ...port, height: null, width: null };
const square = (edge: number) => ({ width: edge, height: edge });
const compile = (said: Preprocessor, to: ImagePort = port, letterbox = false) =>
  compilePreparation(said, to, { letterbox });

describe('what is prepared', () => {
  test('without a word: resized to the graph, bilinearly, and rescaled to 0 to 1', () => {
    assert.deepEqual(compile({}), {
      resizing: { kind: 'exact', size: square(224) },
      framing: { kind: 'all' },
      filter: 'bilinear',
      rescale: 1 / 255,
      normalize: null,
      fill: { kind: 'colour', values: [0, 0, 0] },
    });
  });

  test('a number is the shortest edge where a crop follows, and both sides elsewhere', () => {
    assert.deepEqual(compile({ size: 224 }).resizing, { kind: 'exact', size: square(224) });
    const { resizing, framing } = compile({ size: 256, crop_size: 224 });
    assert.deepEqual(
      [resizing, framing],
      [
        { kind: 'shortest', edge: 256, atMost: null },
        { kind: 'centre', size: square(224) },
      ],
    );
  });

  test('a crop without a size is that of the graph', () => {
    assert.deepEqual(compile({ size: 256, do_center_crop: true }).framing, { kind: 'centre', size: square(224) });
  });

  test('do_center_crop: false leaves the crop_size of a file alone', () => {
    assert.deepEqual(compile({ size: 224, crop_size: 200, do_center_crop: false }).framing, { kind: 'all' });
  });

  test('bytes stay bytes for a graph that takes them', () => {
    const { rescale, normalize } = compile({}, { ...port, datatype: 'UINT8' });
    assert.deepEqual([rescale, normalize], [null, null]);
  });

  test('one value holds for every channel', () => {
    assert.deepEqual(compile({ image_mean: 0.5, image_std: [0.25] }).normalize, {
      mean: [0.5, 0.5, 0.5],
      std: [0.25, 0.25, 0.25],
    });
    assert.equal(compile({ image_mean: 0.5, image_std: 1, do_normalize: false }).normalize, null);
  });

  test('a letterbox is grey unless it is coloured, in the order of the channels', () => {
    const { resizing, framing, fill } = compile({ do_letterbox: true });
    assert.deepEqual(
      [resizing.kind, framing.kind, fill],
      ['within', 'bars', { kind: 'colour', values: [114, 114, 114] }],
    );
    const coloured: Preprocessor = { do_letterbox: true, letterbox_color: [1, 2, 3] };
    assert.deepEqual(compile(coloured, { ...port, channels: 'BGR' }).fill, { kind: 'colour', values: [3, 2, 1] });
    assert.deepEqual(compile(coloured, { ...port, channels: 'grey' }).fill, {
      kind: 'colour',
      values: [luma(1, 2, 3)],
    });
  });

  test('a detector letterboxes where nothing else is said', () => {
    assert.equal(compile({}, port, true).framing.kind, 'bars');
    assert.equal(compile({ do_letterbox: false }, port, true).framing.kind, 'all');
    assert.equal(compile({ size: 256, crop_size: 224 }, port, true).framing.kind, 'centre');
    assert.equal(compile({ do_resize: false }, port, true).framing.kind, 'all');
  });

  test('pictures of any size go to a graph that takes them', () => {
    assert.deepEqual(compile({ do_resize: false }, free).resizing, { kind: 'none' });
    assert.deepEqual(compile({ size: { shortest_edge: 800, longest_edge: 1333 } }, free).resizing, {
      kind: 'shortest',
      edge: 800,
      atMost: 1333,
    });
    const padded = compile({ size: { longest_edge: 64 }, pad_size: 64 }, free);
    assert.deepEqual([padded.framing, padded.fill], [{ kind: 'corner', size: square(64) }, { kind: 'zero' }]);
  });
});

describe('contradictions are refused', () => {
  const grey: ImagePort = { ...port, channels: 'grey' };
  for (const [what, said, to, message] of [
    ['another size than the graph', { size: 256 }, port, /come out 256 high and 256 wide.*takes a height of 224/],
    ['another crop than the graph', { size: 256, crop_size: 200 }, port, /come out 200 high/],
    ['an edge for a fixed size', { size: { shortest_edge: 224 } }, port, /say crop_size, or height and width/],
    ['no size at all', {}, free, /say preprocessor\.size/],
    ['a crop without a size before it', { do_center_crop: true }, port, /say preprocessor\.size/],
    ['a crop and a letterbox', { size: 256, crop_size: 224, do_letterbox: true }, port, /choose one/],
    ['a colour without a letterbox', { letterbox_color: 0 }, port, /letterbox_color without do_letterbox/],
    ['a letterbox of an edge', { do_letterbox: true, size: { longest_edge: 224 } }, port, /say height and width/],
    ['a letterbox that is not resized', { do_letterbox: true, do_resize: false }, port, /leave do_resize out/],
    ['a filter that libvips has not', { resample: 4 }, port, /resample: 4: only 1 \(Lanczos\)/],
    ['padding of what may be larger', { pad_size: 224, size: { longest_edge: 300 } }, port, /longest_edge that fits/],
    [
      'three means for one channel',
      { image_mean: [0, 0, 0], image_std: 1 },
      grey,
      /3 values of image_mean.*say 1 or one/,
    ],
    ['a mean without a deviation', { image_mean: 0.5 }, port, /say both/],
    ['normalising by nothing', { do_normalize: true }, port, /say both/],
    ['a deviation of 0', { image_mean: 0, image_std: 0 }, port, /nothing can be divided by it/],
    ['fractions for bytes', { do_rescale: true }, { ...port, datatype: 'UINT8' }, /takes UINT8: say do_rescale: false/],
    ['normalised bytes', { image_mean: 0, image_std: 1 }, { ...port, datatype: 'UINT8' }, /say do_normalize: false/],
    ['colours for grey', { do_convert_rgb: true }, grey, /takes grey pictures: leave it out/],
  ] as [string, Preprocessor, ImagePort, RegExp][]) {
    test(what, () => {
      assert.throws(
        () => compile(said, to),
        (error) => error instanceof ModelLoadError && message.test(error.message),
      );
    });
  }
});
