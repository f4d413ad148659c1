import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { doubtSize } from '../../../../src/cli/add/optimisation.ts';

suite('the size of an optimised model', () => {
  test('is warned of where the graph computed its weights: 80 kB became 102 MB', () => {
    const words = doubtSize({ sizeBytes: { before: 80_000, after: 102_000_000 } });
    assert.match(
      words ?? '',
      /^WARNING: --optimize made the files 1275 times as large, .*weights that the graph computes/,
    );
  });

  for (const [title, before, after] of [
    ['a smaller file', 102_000_000, 80_000],
    ['a larger file that is small all the same', 1700, 9000],
    ['a large file that grew a little', 100_000_000, 120_000_000],
  ] as const) {
    test(`is not of ${title}`, () => assert.equal(doubtSize({ sizeBytes: { before, after } }), null));
  }
});
