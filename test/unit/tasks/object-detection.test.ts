import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { GatewayError, ModelLoadError } from '../../../src/errors.ts';
import { objectDetection } from '../../../src/tasks/object-detection.ts';
import type { RowPort } from '../../../src/tasks/row-signature.ts';
import type { Placement } from '../../../src/tasks/images/placement.ts';
import type { Tensor } from '../../../src/tensors/tensor.ts';
import { base64, plain } from '../../helpers/pictures.ts';
import { refusal } from '../../helpers/refusal.ts';
import { taskContext } from '../../helpers/shared-types.ts';

const picture: RowPort = { name: 'images', datatype: 'FP32', shape: [3, 64, 64] };
const output = (shape: RowPort['shape']): RowPort => ({ name: 'output0', datatype: 'FP32', shape });

const bindTo = (shape: RowPort['shape'] = [6, 'anchors'], manifest: object = {}, others: readonly RowPort[] = []) =>
  objectDetection.bind(taskContext([picture], [output(shape), ...others], { task: 'object-detection', ...manifest }));

/** A wide picture in the middle of what the model sees, half as large. */
const placement: Placement = {
  original: { width: 128, height: 64 },
  resized: { width: 64, height: 32 },
  canvas: { width: 64, height: 64 },
  left: 0,
  top: 16,
};

/** An anchor: centre, width and height in pixels of what the model sees, then a score for each class. */
type Anchor = readonly number[];

const inColumns = (anchors: readonly Anchor[]): Tensor => ({
  datatype: 'FP32',
  shape: [anchors[0]?.length ?? 6, anchors.length],
  data: Float32Array.from((anchors[0] ?? []).flatMap((_, value) => anchors.map((anchor) => anchor[value] ?? 0))),
});
const inRows = (anchors: readonly Anchor[]): Tensor => ({
  datatype: 'FP32',
  shape: [anchors.length, anchors[0]?.length ?? 6],
  data: Float32Array.from(anchors.flat()),
});

type Found = readonly { label: string; score: number; xMin: number; yMin: number; xMax: number; yMax: number }[];

function boxesOf(
  bound: ReturnType<typeof bindTo>,
  tensor: Tensor,
  given: object = {},
  about: Placement = placement,
): Found {
  const source = bound.decode(new Map([['output0', tensor]]), { about });
  return bound.outputType.getFields()['boxes']?.resolve?.(source, given, undefined, undefined as never) as Found;
}

const failure = (message: RegExp) => (error: unknown) =>
  error instanceof GatewayError && error.code === 'INFERENCE_FAILED' && message.test(error.message);

describe('the types', () => {
  test('have boxes, with what is wanted of them as arguments', () => {
    const { boxes } = bindTo().outputType.getFields();
    assert.equal(String(boxes?.type), '[Box!]!');
    assert.deepEqual(
      boxes?.args.map(({ name, defaultValue }) => [name, defaultValue]),
      [
        ['threshold', 0.25],
        ['iouThreshold', 0.45],
        ['limit', 100],
      ],
    );
  });

  test('need the output only where boxes are selected', () => {
    const bound = bindTo();
    assert.deepEqual(bound.outputsFor(new Set(['boxes', 'meta'])), ['output0']);
    assert.deepEqual(bound.outputsFor(new Set(['meta'])), []);
    assert.deepEqual(bound.decode(new Map(), { about: placement }), {});
  });
});

describe('labels', () => {
  for (const [what, shape, manifest, expected] of [
    ['are numbers where nobody names them', [6, 8400], {}, ['0', '1']],
    ['are counted in the transposed output as well', [8400, 6], {}, ['0', '1']],
    ['are counted in the only size that is fixed', ['anchors', 6], {}, ['0', '1']],
    ['are those of the manifest', [6, 8400], { labels: ['cat', 'dog'] }, ['cat', 'dog']],
    ['may be one', [5, 8400], { labels: ['face'] }, ['face']],
    ['are those of the manifest where the file has no sizes', [null, null], { labels: ['cat'] }, ['cat']],
    ['are unknown where nobody says how many', [null, null], {}, null],
  ] as [string, RowPort['shape'], object, string[] | null][]) {
    test(what, () => assert.deepEqual(bindTo(shape, manifest).labels, expected));
  }
});

describe('models that do not fit', () => {
  const other: RowPort = { ...output([6, 8400]), name: 'masks' };
  for (const [what, run, message] of [
    ['no output of two dimensions', () => bindTo([6]), /two dimensions in each row.*use the task tensor/],
    ['several', () => bindTo([6, 8400], {}, [other]), /Several outputs could hold the boxes.*say outputs\.scores/],
    ['other labels', () => bindTo([85, 25_200], { labels: ['cat', 'dog'] }), /2 labels need 6 there/],
    ['no scores', () => bindTo([4, 8400]), /and no scores/],
  ] as const) {
    test(`are refused: ${what}`, () => {
      assert.throws(run, (error) => error instanceof ModelLoadError && message.test(error.message));
    });
  }

  test('the manifest says which output it is', () => {
    const bound = bindTo([6, 8400], { outputs: { scores: 'masks' } }, [other]);
    assert.deepEqual(bound.outputsFor(new Set(['boxes'])), ['masks']);
  });
});

describe('boxes', () => {
  const bound = bindTo([6, 'anchors'], { labels: ['cat', 'dog'] });
  const anchors: readonly Anchor[] = [
    [16, 32, 8, 4, 0.125, 0.75],
    [48, 32, 8, 8, 0.5, 0.25],
    [48, 33, 8, 8, 0.375, 0.125],
  ];
  const expected: Found = [
    { label: 'dog', score: 0.75, xMin: 24, yMin: 28, xMax: 40, yMax: 36 },
    { label: 'cat', score: 0.5, xMin: 88, yMin: 24, xMax: 104, yMax: 40 },
  ];

  test('are in pixels of the picture that was sent', () =>
    assert.deepEqual(boxesOf(bound, inColumns(anchors)), expected));

  test('are found in the transposed output as well', () => assert.deepEqual(boxesOf(bound, inRows(anchors)), expected));

  test('are found in halves', () => {
    const data = new Uint16Array(Float16Array.from(inColumns(anchors).data as Float32Array).buffer);
    assert.deepEqual(boxesOf(bound, { datatype: 'FP16', shape: [6, 3], data }), expected);
  });

  test('may be fewer or more, as the arguments say; null is the default', () => {
    const tensor = inColumns(anchors);
    assert.equal(boxesOf(bound, tensor, { threshold: 0.6 }).length, 1);
    assert.equal(boxesOf(bound, tensor, { limit: 1 }).length, 1);
    assert.equal(boxesOf(bound, tensor, { iouThreshold: 1 }).length, 3);
    assert.deepEqual(boxesOf(bound, tensor, { threshold: null, iouThreshold: null, limit: null }), expected);
  });

  test('are cut at the edges, and left out in the bars of the letterbox', () => {
    const found = boxesOf(
      bound,
      inColumns([
        [0, 16, 8, 8, 1, 0],
        [32, 8, 8, 8, 1, 0],
        [32, 32, 0, 8, 1, 0],
      ]),
    );
    assert.deepEqual(found, [{ label: 'cat', score: 1, xMin: 0, yMin: 0, xMax: 8, yMax: 8 }]);
  });

  test('of classes that nobody counted are numbered', () => {
    assert.deepEqual(
      boxesOf(bindTo([null, null]), inColumns([...anchors, ...anchors, ...anchors]), { limit: 1 })[0]?.label,
      '1',
    );
  });

  test('of a file without sizes are of another shape than the labels', () => {
    assert.throws(
      () => boxesOf(bindTo([null, null], { labels: ['cat'] }), inColumns(anchors)),
      failure(/shape \[6, 3\], without 5 values/),
    );
  });

  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    for (const place of [0, 3, 5]) {
      test(`with ${value} as value ${place} are a failure of the model`, () => {
        const tensor = inColumns(anchors);
        (tensor.data as Float32Array)[place * 3 + 1] = value;
        assert.throws(() => boxesOf(bound, tensor), failure(/no finite number in the output "output0"/));
      });
    }
  }

  for (const [name, values] of [
    ['threshold', [-0.1, 1.1, Number.NaN]],
    ['iouThreshold', [-0.1, 1.1]],
    ['limit', [0, -1, 1001]],
  ] as const) {
    for (const value of values) {
      test(`${name}: ${value} is refused`, () => {
        assert.throws(() => boxesOf(bound, inColumns(anchors), { [name]: value }), refusal('OUT_OF_RANGE', name));
      });
    }
  }
});

test('a box on a picture of any size comes back where it was', async () => {
  const bound = bindTo([5, 'anchors']);
  const side = fc.integer({ min: 1, max: 300 });
  await fc.assert(
    fc.asyncProperty(side, side, async (width, height) => {
      const image = base64(await plain(width, height, [255, 255, 255]).png().toBuffer());
      const row = await bound.encode({ image });
      const seen = whiteBox(row.tensors.get('images'));
      const [box] = boxesOf(bound, inColumns([[...seen, 1]]), {}, row.about as Placement);
      assert.deepEqual(
        [box?.xMin, box?.yMin, box?.xMax, box?.yMax].map((edge) => Math.round((edge ?? -1) * 1e6) / 1e6),
        [0, 0, width, height],
      );
    }),
    { numRuns: 50 },
  );
});

/** Centre, width and height of what is white. */
function whiteBox(tensor: Tensor | undefined): readonly [number, number, number, number] {
  const data = tensor?.data as Float32Array;
  const white = Array.from({ length: 64 * 64 }, (_, place) => place).filter((place) => data[place] === 1);
  const columns = white.map((place) => place % 64);
  const rows = white.map((place) => Math.floor(place / 64));
  const [left, right] = [Math.min(...columns), Math.max(...columns) + 1];
  const [top, bottom] = [Math.min(...rows), Math.max(...rows) + 1];
  return [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top];
}
