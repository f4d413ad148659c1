import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type SplitBehavior, splitPieces } from '../../../../src/tasks/text/split-text.ts';

function split(text: string, behavior: SplitBehavior, invert = false): string[] {
  return [...splitPieces([{ text, first: true }], /-/g, behavior, invert)].map((piece) => piece.text);
}

describe('splitPieces', async () => {
  await test('separators go where the behavior says', () => {
    const text = 'the-final--countdown';
    assert.deepEqual(split(text, 'Removed'), ['the', 'final', 'countdown']);
    assert.deepEqual(split(text, 'Isolated'), ['the', '-', 'final', '-', '-', 'countdown']);
    assert.deepEqual(split(text, 'Contiguous'), ['the', '-', 'final', '--', 'countdown']);
    assert.deepEqual(split(text, 'MergedWithPrevious'), ['the-', 'final-', '-', 'countdown']);
    assert.deepEqual(split(text, 'MergedWithNext'), ['the', '-final', '-', '-countdown']);
    assert.deepEqual(split(text, 'Removed', true), ['-', '-', '-']);
  });

  await test('nothing of a text is lost or moved, but for separators that are removed', () => {
    const behaviors: readonly SplitBehavior[] = ['Isolated', 'Contiguous', 'MergedWithPrevious', 'MergedWithNext'];
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '-', '😀') }),
        fc.constantFrom(...behaviors),
        (text, behavior) => {
          assert.equal(split(text, behavior).join(''), text);
          assert.equal(split(text, 'Removed').join(''), text.replaceAll('-', ''));
        },
      ),
    );
  });

  await test('only the piece with which the text begins is the first', () => {
    const firsts = (text: string) =>
      [...splitPieces([{ text, first: true }], /-/g, 'Removed')].map(({ first }) => first);
    assert.deepEqual(firsts('a-b'), [true, false]);
    assert.deepEqual(firsts('-a'), [false]);
  });
});
