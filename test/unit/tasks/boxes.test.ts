import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Candidates, overlap, selectBoxes } from '../../../src/tasks/boxes.ts';

type Box = readonly [score: number, label: number, left: number, top: number, right: number, bottom: number];

const candidates = (...boxes: readonly Box[]): Candidates => ({
  scores: Float64Array.from(boxes, ([score]) => score),
  classes: Uint32Array.from(boxes, ([, label]) => label),
  corners: Float64Array.from(boxes.flatMap(([, , ...corners]) => corners)),
});

const all = { threshold: 0, iouThreshold: 0.5, limit: 1000 };

describe('overlap', () => {
  for (const [what, one, other, expected] of [
    ['of a box with itself', [0, 0, 4, 4], [0, 0, 4, 4], 1],
    ['of boxes that touch', [0, 0, 4, 4], [4, 0, 8, 4], 0],
    ['of boxes that are apart', [0, 0, 4, 4], [9, 9, 10, 10], 0],
    ['of halves', [0, 0, 4, 4], [0, 2, 4, 6], 1 / 3],
    ['of a box in another', [0, 0, 4, 4], [1, 1, 3, 3], 1 / 4],
    ['of boxes without an area', [1, 1, 1, 1], [1, 1, 1, 1], 0],
  ] as const) {
    test(what, () => {
      const corners = Float64Array.of(...one, ...other);
      assert.equal(overlap({ corners }, 0, 1), expected);
      assert.equal(overlap({ corners }, 1, 0), expected);
    });
  }
});

describe('boxes are selected', () => {
  const near: readonly Box[] = [
    [0.5, 0, 0, 0, 10, 10],
    [0.9, 0, 1, 0, 11, 10],
    [0.8, 1, 0, 0, 10, 10],
    [0.9, 0, 50, 50, 60, 60],
  ];

  test('from the best on, within each class, and the first of equal ones first', () => {
    assert.deepEqual(selectBoxes(candidates(...near), all), [1, 3, 2]);
  });

  test('from the threshold on', () => {
    assert.deepEqual(selectBoxes(candidates(...near), { ...all, threshold: 0.9 }), [1, 3]);
  });

  test('up to the limit', () => assert.deepEqual(selectBoxes(candidates(...near), { ...all, limit: 1 }), [1]));

  test('all of them where any overlap is allowed', () => {
    assert.deepEqual(selectBoxes(candidates(...near), { ...all, iouThreshold: 1 }), [1, 3, 2, 0]);
  });

  test('never without a score', () => {
    assert.deepEqual(selectBoxes(candidates([Number.NEGATIVE_INFINITY, 0, 0, 0, 1, 1]), all), []);
    assert.deepEqual(selectBoxes(candidates(), all), []);
  });

  test('so that none overlaps a better one, and each that is left out does', () => {
    const length = fc.integer({ min: 1, max: 30 });
    const box = fc
      .tuple(fc.float({ min: 0, max: 1, noNaN: true }), fc.nat(2), fc.nat(40), fc.nat(40), length, length)
      .map(([score, label, x, y, width, height]): Box => [score, label, x, y, x + width, y + height]);
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(box, { maxLength: 40 }), share, share, (boxes, threshold, iouThreshold) => {
        const given = candidates(...boxes);
        const kept = selectBoxes(given, { threshold, iouThreshold, limit: 1000 });
        const score = (place: number) => given.scores[place] ?? 0;
        const isRival = (one: number, other: number) =>
          given.classes[one] === given.classes[other] && overlap(given, one, other) > iouThreshold;
        for (const [rank, place] of kept.entries()) {
          assert.ok(score(place) >= threshold);
          assert.ok(rank === 0 || score(kept[rank - 1] ?? 0) >= score(place));
          assert.ok(!kept.slice(0, rank).some((better) => isRival(better, place)));
        }
        for (const place of given.scores.keys()) {
          if (kept.includes(place) || score(place) < threshold) continue;
          assert.ok(kept.some((better) => score(better) >= score(place) && isRival(better, place)));
        }
      }),
    );
  });
});
