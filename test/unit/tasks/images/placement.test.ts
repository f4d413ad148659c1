import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type Framing,
  placePicture,
  type Resizing,
  type Size,
  visiblePart,
} from '../../../../src/tasks/images/placement.ts';

const size = (width: number, height: number): Size => ({ width, height });
const all: Framing = { kind: 'all' };

describe('resizing', () => {
  for (const [what, original, resizing, expected] of [
    ['nothing', size(30, 20), { kind: 'none' }, size(30, 20)],
    ['both sides', size(30, 20), { kind: 'exact', size: size(8, 9) }, size(8, 9)],
    [
      'the shortest edge, and the other is cut off',
      size(640, 480),
      { kind: 'shortest', edge: 256, atMost: null },
      size(341, 256),
    ],
    ['the shortest edge of a portrait', size(480, 640), { kind: 'shortest', edge: 256, atMost: null }, size(256, 341)],
    ['the shortest edge of a square', size(5, 5), { kind: 'shortest', edge: 7, atMost: null }, size(7, 7)],
    ['an edge within its bound', size(640, 480), { kind: 'shortest', edge: 800, atMost: 1333 }, size(1066, 800)],
    [
      'an edge that the bound makes shorter',
      size(1000, 200),
      { kind: 'shortest', edge: 800, atMost: 1333 },
      size(1333, 267),
    ],
    ['the longest edge, and the other is rounded', size(640, 427), { kind: 'longest', edge: 1024 }, size(1024, 683)],
    ['a line, which keeps a pixel', size(10_000, 1), { kind: 'longest', edge: 64 }, size(64, 1)],
    ['as large as fits', size(1280, 720), { kind: 'within', size: size(640, 640) }, size(640, 360)],
  ] as [string, Size, Resizing, Size][]) {
    test(what, () => assert.deepEqual(placePicture(original, resizing, all).resized, expected));
  }
});

describe('framing', () => {
  const placed = (original: Size, kind: 'centre' | 'bars' | 'corner', canvas: Size) => {
    const { left, top } = placePicture(original, { kind: 'none' }, { kind, size: canvas });
    return [left, top];
  };

  test('the middle is cut out as Hugging Face does it, with the smaller half before it', () => {
    assert.deepEqual(placed(size(341, 256), 'centre', size(224, 224)), [-58, -16]);
    assert.deepEqual(placed(size(225, 224), 'centre', size(224, 224)), [0, 0]);
  });

  test('a picture that is smaller than its crop stands in the middle, with the larger half before it', () => {
    assert.deepEqual(placed(size(100, 101), 'centre', size(224, 224)), [62, 62]);
  });

  test('a letterbox has its bars on both sides, the smaller one first', () => {
    assert.deepEqual(placed(size(640, 360), 'bars', size(640, 640)), [0, 140]);
    assert.deepEqual(placed(size(640, 361), 'bars', size(640, 640)), [0, 139]);
  });

  test('what is filled up stands in the corner', () => {
    assert.deepEqual(placed(size(640, 361), 'corner', size(1024, 1024)), [0, 0]);
  });

  test('what is seen lies within both the picture and the canvas', () => {
    const length = fc.integer({ min: 1, max: 400 });
    const sizes = fc.record({ width: length, height: length });
    const resizing = fc.oneof(
      fc.constant<Resizing>({ kind: 'none' }),
      fc.record({ kind: fc.constantFrom('exact' as const, 'within' as const), size: sizes }),
      fc.record({ kind: fc.constant('shortest' as const), edge: length, atMost: fc.option(length) }),
      fc.record({ kind: fc.constant('longest' as const), edge: length }),
    );
    const framing = fc.oneof(
      fc.constant(all),
      fc.record({ kind: fc.constantFrom('centre' as const, 'corner' as const), size: sizes }),
    );
    fc.assert(
      fc.property(sizes, resizing, framing, (original, resizing, framing) => {
        const placement = placePicture(original, resizing, framing);
        const { left, top, width, height } = visiblePart(placement);
        const { resized, canvas } = placement;
        assert.ok(resized.width >= 1 && resized.height >= 1);
        assert.ok(
          width >= 1 && left >= 0 && left + width <= resized.width && placement.left + left + width <= canvas.width,
        );
        assert.ok(
          height >= 1 && top >= 0 && top + height <= resized.height && placement.top + top + height <= canvas.height,
        );
        assert.ok(placement.left + left >= 0 && placement.top + top >= 0);
      }),
    );
  });
});
