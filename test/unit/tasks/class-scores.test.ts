import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { GatewayError } from '../../../src/errors.ts';
import { type Activation, classScores, indexOfGreatest, rankClasses } from '../../../src/tasks/class-scores.ts';

const scoresOf = (values: readonly number[], activation: Activation, count = values.length) =>
  classScores(
    { datatype: 'FP64', shape: [values.length], data: Float64Array.from(values) },
    Array.from({ length: count }, (_, index) => `c${index}`),
    activation,
    'p',
  );

const failure = (message: RegExp) => (error: unknown) =>
  error instanceof GatewayError && error.code === 'INFERENCE_FAILED' && message.test(error.message);

describe('activation', () => {
  test('softmax of any finite scores is a distribution in their order', () => {
    const logits = fc.array(fc.double({ min: -1e308, max: 1e308, noNaN: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(logits, (values) => {
        const scores = scoresOf(values, 'softmax');
        assert.ok(Math.abs(scores.reduce((sum, score) => sum + score, 0) - 1) < 1e-9);
        assert.ok(scores.every((score) => score >= 0 && score <= 1));
        assert.equal(scores[indexOfGreatest(Float64Array.from(values))], Math.max(...scores));
      }),
    );
  });

  test('softmax and sigmoid give well-known numbers', () => {
    assert.deepEqual(
      [...scoresOf([0, Math.log(3)], 'softmax')].map((score) => score.toFixed(12)),
      ['0.250000000000', '0.750000000000'],
    );
    assert.deepEqual([...scoresOf([0, 800, -800], 'sigmoid')], [0.5, 1, 0]);
  });

  test('a class that the model masks with minus infinity has probability 0', () => {
    assert.deepEqual([...scoresOf([Number.NEGATIVE_INFINITY, 2], 'softmax')], [0, 1]);
  });

  test('without an activation the scores are the model’s own', () => {
    assert.deepEqual([...scoresOf([3, -4], 'none')], [3, -4]);
  });

  test('one column is the probability of the second of two classes', () => {
    assert.deepEqual([...scoresOf([0.25], 'none', 2)], [0.75, 0.25]);
    assert.deepEqual([...scoresOf([0], 'sigmoid', 2)], [0.5, 0.5]);
    assert.throws(() => scoresOf([3.2], 'none', 2), failure(/3\.2 .* no probability; .* outputs\.activation: sigmoid/));
  });
});

describe('scores that cannot be given', () => {
  test('NaN and infinities name their class', () => {
    assert.throws(() => scoresOf([0, Number.NaN], 'none'), failure(/gave NaN for the score of the class "c1"/));
    assert.throws(() => scoresOf([Number.POSITIVE_INFINITY, 0], 'none'), failure(/gave Infinity .* "c0"/));
    assert.throws(() => scoresOf([0, Number.NaN], 'softmax'), failure(/NaN .* "c1"/));
    assert.throws(() => scoresOf([0, Number.POSITIVE_INFINITY], 'softmax'), failure(/Infinity .* "c1"/));
    assert.throws(() => scoresOf([Number.NaN], 'sigmoid', 2), failure(/NaN for the output "p"/));
  });

  test('another number of scores than of labels', () => {
    assert.throws(() => scoresOf([1, 2, 3], 'none', 2), failure(/3 scores in a row, for 2 labels/));
  });
});

describe('ranking', () => {
  const labels = ['a', 'b', 'c', 'd'];

  test('is from the most to the least likely, equal ones in the order of the classes', () => {
    const ranked = rankClasses(Float64Array.of(0.2, 0.3, 0.2, 0.3), labels, Number.POSITIVE_INFINITY);
    assert.deepEqual(
      ranked.map(({ label }) => label),
      ['b', 'd', 'a', 'c'],
    );
  });

  test('returns as many as are asked for, and no more than there are', () => {
    assert.equal(rankClasses(Float64Array.of(1, 2, 3, 4), labels, 2).length, 2);
    assert.equal(rankClasses(Float64Array.of(1, 2, 3, 4), labels, 99).length, 4);
  });

  test('starts with the greatest, the first of equal ones', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 10 }), (values) => {
        const scores = Float64Array.from(values);
        const names = values.map((_, index) => String(index));
        assert.equal(rankClasses(scores, names, 1)[0]?.label, String(indexOfGreatest(scores)));
        assert.equal(indexOfGreatest(scores), values.indexOf(Math.max(...values)));
      }),
    );
  });
});
