import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { GraphQLObjectType } from 'graphql';
import { GatewayError, ModelLoadError } from '../../../src/errors.ts';
import type { RowPort } from '../../../src/tasks/row-signature.ts';
import { tabularClassification } from '../../../src/tasks/tabular-classification.ts';
import { packRows } from '../../../src/tensors/row-block.ts';
import type { NamedTensors, Tensor } from '../../../src/tensors/tensor.ts';
import { refusal } from '../../helpers/refusal.ts';
import { anyRow, taskContext } from '../../helpers/shared-types.ts';

type Ranking = (place: number, top: number) => object;

const inputs: RowPort[] = [{ name: 'x', datatype: 'FP32', shape: [2] }];
const labelPort: RowPort = { name: 'label', datatype: 'INT64', shape: [] };
const textPort: RowPort = { name: 'label', datatype: 'BYTES', shape: [] };
const scoresPort: RowPort = { name: 'probabilities', datatype: 'FP32', shape: [3] };
const labels = ['setosa', 'versicolor', 'virginica'];

const bindTo = (outputs: readonly RowPort[], manifest: object = {}) =>
  tabularClassification.bind(taskContext(inputs, outputs, { task: 'tabular-classification', ...manifest }));

const fieldsOf = (type: GraphQLObjectType) =>
  Object.values(type.getFields()).map(({ name, type: of }) => `${name}: ${String(of)}`);

const probabilities = (...values: number[]): Tensor => ({
  datatype: 'FP32',
  shape: [values.length],
  data: Float32Array.from(values),
});
const classNumber = (value: bigint): Tensor => ({ datatype: 'INT64', shape: [], data: BigInt64Array.of(value) });
const text = (value: string): Tensor => ({ datatype: 'BYTES', shape: [], data: [value] });
const row = (tensors: Readonly<Record<string, Tensor>>): NamedTensors => new Map(Object.entries(tensors));

type Bound = ReturnType<typeof bindTo>;
const decoded = (bound: Bound, tensors: Readonly<Record<string, Tensor>>) =>
  bound.decode(row(tensors), anyRow) as { readonly label?: string; readonly score?: number };

function scoresOf(bound: Bound, tensors: Readonly<Record<string, Tensor>>, top?: number | null) {
  const field = bound.outputType.getFields()['scores'];
  const args = top === undefined ? {} : { top };
  return field?.resolve?.(bound.decode(row(tensors), anyRow), args, undefined, undefined as never) as {
    label: string;
    score: number;
  }[];
}

const failure = (message: RegExp) => (error: unknown) =>
  error instanceof GatewayError && error.code === 'INFERENCE_FAILED' && message.test(error.message);

describe('types', () => {
  test('a classifier with scores has label, score and scores', () => {
    const bound = bindTo([labelPort, scoresPort], { labels });
    assert.deepEqual(fieldsOf(bound.outputType), [
      'label: String!',
      'score: Float!',
      'scores: [ClassScore!]!',
      'meta: PredictionMeta!',
    ]);
    assert.deepEqual(bound.labels, labels);
    assert.equal(
      bound.outputType.getFields()['label']?.description,
      'The predicted class, one of setosa, versicolor, virginica.',
    );
  });

  test('a classifier that gives only labels has no fields for scores', () => {
    const bound = bindTo([textPort]);
    assert.deepEqual(fieldsOf(bound.outputType), ['label: String!', 'meta: PredictionMeta!']);
    assert.deepEqual(decoded(bound, { label: text('spam') }), { label: 'spam' });
    assert.equal(bound.labels, null);
  });
});

describe('outputs', () => {
  test('only what the selected fields need is asked for', () => {
    const both = bindTo([labelPort, scoresPort], { labels });
    assert.deepEqual(both.outputsFor(new Set(['label'])), ['label']);
    assert.deepEqual(both.outputsFor(new Set(['scores'])), ['probabilities']);
    assert.deepEqual(both.outputsFor(new Set(['score'])), ['label', 'probabilities']);
    assert.deepEqual(both.outputsFor(new Set(['meta', '__typename', 'toString'])), []);
    const scoresOnly = bindTo([scoresPort], { labels });
    assert.deepEqual(scoresOnly.outputsFor(new Set(['label', 'score', 'scores'])), ['probabilities']);
  });

  test('the manifest can say which is which', () => {
    const other: RowPort = { name: 'logits', datatype: 'FP32', shape: [3] };
    assert.throws(() => bindTo([scoresPort, other]), /Several outputs could be the scores: .*say outputs\.scores/);
    const bound = bindTo([scoresPort, other], { outputs: { scores: 'logits' } });
    assert.deepEqual(bound.outputsFor(new Set(['score'])), ['logits']);
  });

  test('of several float outputs the one with a column for each label is taken', () => {
    const embedding: RowPort = { name: 'embedding', datatype: 'FP32', shape: [768] };
    assert.deepEqual(bindTo([embedding, scoresPort], { labels }).outputsFor(new Set(['label'])), ['probabilities']);
  });

  for (const [what, outputs, manifest, message] of [
    [
      'a name that is not there',
      [scoresPort],
      { outputs: { scores: 'p' } },
      /outputs\.scores: "p", and the model gives "probabilities" FP32 \[3\]/,
    ],
    [
      'an output of the wrong type',
      [textPort, scoresPort],
      { labels, outputs: { scores: 'label' } },
      /"label" cannot be the scores/,
    ],
    [
      'nothing that fits',
      [{ name: 'm', datatype: 'FP32', shape: [2, 2] }],
      {},
      /no output that could hold scores .*use the task tensor/,
    ],
    [
      'several labels',
      [labelPort, { ...labelPort, name: 'other' }, scoresPort],
      {},
      /Several outputs could be the label/,
    ],
    [
      'too few labels',
      [scoresPort],
      { labels: ['a', 'b'] },
      /"probabilities" has 3 columns, and the manifest lists 2 labels/,
    ],
    [
      'one column for three labels',
      [{ ...scoresPort, shape: [1] }],
      { labels },
      /has 1 column, and the manifest lists 3 labels/,
    ],
    [
      'other classes than the file',
      [{ ...scoresPort, classLabels: ['a', 'b', 'c'] }],
      { labels: ['x', 'y'] },
      /lists 2 labels, and the model's file names 3 classes: a, b, c/,
    ],
    [
      'names from the model and none for the scores',
      [textPort, scoresPort],
      {},
      /Nothing says which class each score .*list the labels/,
    ],
    [
      'softmax of one column',
      [{ ...scoresPort, shape: [1] }],
      { outputs: { activation: 'softmax' } },
      /always 1; say outputs\.activation: sigmoid/,
    ],
    ['an activation without scores', [labelPort], { outputs: { activation: 'softmax' } }, /gives no scores/],
  ] as [string, RowPort[], object, RegExp][]) {
    test(`are refused: ${what}`, () => {
      assert.throws(
        () => bindTo(outputs, manifest),
        (error) => error instanceof ModelLoadError && message.test(error.message),
      );
    });
  }
});

describe('the label', () => {
  const scores = probabilities(0.25, 0.5, 0.25);

  test('of a model with only scores is the most likely class', () => {
    assert.deepEqual(decoded(bindTo([scoresPort], { labels }), { probabilities: scores }).label, 'versicolor');
  });

  test('is the number of the class where nobody names the classes', () => {
    const bound = bindTo([labelPort, scoresPort]);
    assert.deepEqual(bound.labels, ['0', '1', '2']);
    assert.equal(decoded(bound, { label: classNumber(2n) }).label, '2');
  });

  test('is found through the classes that the graph names, whatever their numbers', () => {
    const numbered = { ...scoresPort, classLabels: ['10', '20', '30'] };
    assert.equal(decoded(bindTo([labelPort, numbered]), { label: classNumber(20n) }).label, '20');
    const bound = bindTo([labelPort, numbered], { labels });
    const { label, score } = decoded(bound, { label: classNumber(30n), probabilities: scores });
    assert.deepEqual([label, score], ['virginica', 0.25]);
  });

  test('that the model names is renamed where the manifest has other words', () => {
    const named = { ...scoresPort, classLabels: ['a', 'b', 'c'] };
    assert.equal(decoded(bindTo([textPort, named]), { label: text('b') }).label, 'b');
    assert.equal(decoded(bindTo([textPort, named], { labels }), { label: text('b') }).label, 'versicolor');
  });

  test('of the label output goes before the greatest score', () => {
    const { label, score } = decoded(bindTo([labelPort, scoresPort], { labels }), {
      label: classNumber(0n),
      probabilities: scores,
    });
    assert.deepEqual([label, score], ['setosa', 0.25]);
  });

  test('that nobody knows is a failure of the model', () => {
    const bound = bindTo([labelPort, scoresPort], { labels });
    for (const number of [3n, -1n]) {
      assert.throws(
        () => decoded(bound, { label: classNumber(number) }),
        failure(/class -?\d as its "label", and 3 labels/),
      );
    }
  });

  test('comes without scores where only it is selected', () => {
    assert.deepEqual(decoded(bindTo([labelPort, scoresPort], { labels }), { label: classNumber(1n) }), {
      label: 'versicolor',
    });
    assert.deepEqual(decoded(bindTo([labelPort, scoresPort], { labels }), {}), {});
  });
});

describe('scores', () => {
  const bound = bindTo([labelPort, scoresPort], { labels });
  const tensors = { probabilities: probabilities(0.25, 0.5, 0.25) };

  test('are sorted, and cut to the top', () => {
    const all = [
      { label: 'versicolor', score: 0.5 },
      { label: 'setosa', score: 0.25 },
      { label: 'virginica', score: 0.25 },
    ];
    assert.deepEqual(scoresOf(bound, tensors), all);
    assert.deepEqual(scoresOf(bound, tensors, null), all);
    assert.deepEqual(scoresOf(bound, tensors, 1), all.slice(0, 1));
    assert.deepEqual(scoresOf(bound, tensors, 9), all);
  });

  for (const top of [0, -1]) {
    test(`top: ${top} is refused`, () =>
      assert.throws(() => scoresOf(bound, tensors, top), refusal('OUT_OF_RANGE', 'top', /at least 1/)));
  }

  test('NaN is a failure of the model and never reaches a client', () => {
    assert.throws(
      () => scoresOf(bound, { probabilities: probabilities(0, Number.NaN, 1) }),
      failure(/NaN .* "versicolor"/),
    );
  });

  test('one column tells two classes', () => {
    const single = bindTo([{ ...scoresPort, shape: [1] }], {
      labels: ['ham', 'spam'],
      outputs: { activation: 'sigmoid' },
    });
    assert.deepEqual(decoded(single, { probabilities: probabilities(Math.log(3)) }).label, 'spam');
    assert.deepEqual(
      scoresOf(single, { probabilities: probabilities(0) }).map(({ label, score }) => [label, score]),
      [
        ['ham', 0.5],
        ['spam', 0.5],
      ],
    );
  });

  test('of a file that does not count its classes are counted when they come', () => {
    const open = bindTo([{ ...scoresPort, shape: [null] }]);
    assert.equal(open.labels, null);
    assert.equal(decoded(open, { probabilities: probabilities(0.1, 0.2, 0.3, 0.4) }).label, '3');
  });

  test('half-precision scores are numbers', () => {
    const half = bindTo([{ ...scoresPort, datatype: 'FP16', shape: [2] }]);
    const given: Tensor = { datatype: 'FP16', shape: [2], data: Uint16Array.of(0x3400, 0x3a00) };
    const { label, score } = decoded(half, { probabilities: given });
    assert.deepEqual([label, score], ['1', 0.75]);
  });
});

test('features and classes are bound together', () => {
  const bound = bindTo([scoresPort], { features: [{ name: 'a' }, { name: 'b' }], labels });
  const encoded = bound.encode({ a: 1, b: 2 });
  const tensors = new Map([['x', { datatype: 'FP32', shape: [2], data: Float32Array.of(1, 2) }]]);
  assert.deepEqual(encoded, { tensors });
  assert.equal(bound.inputType.name, 'IrisInput');
  assert.equal(bound.outputType.name, 'IrisPrediction');
});

describe('rows that were answered together', () => {
  const anyScores = fc.array(
    fc.oneof({ weight: 9, arbitrary: fc.float({ min: -3, max: 3 }) }, { weight: 1, arbitrary: fc.constant(Infinity) }),
    { minLength: 3, maxLength: 3 },
  );
  const anyRows = fc.array(fc.tuple(fc.constantFrom(0n, 1n, 2n, 7n), anyScores), { minLength: 1, maxLength: 6 });
  const outcome = (decode: () => object) => {
    try {
      const { label, score, ranking, place } = decode() as { ranking?: Ranking; place: number } & Record<
        string,
        unknown
      >;
      return { label, score, ranked: ranking?.(place, 3) };
    } catch (error) {
      return (error as Error).message;
    }
  };

  for (const [what, outputs, activation] of [
    ['labels and scores', [labelPort, scoresPort], 'none'],
    ['scores alone', [scoresPort], 'none'],
    ['scores that are made probabilities', [labelPort, scoresPort], 'softmax'],
    ['labels alone', [labelPort], 'none'],
  ] as const) {
    test(`have each what it has alone: ${what}`, () => {
      const bound = bindTo(outputs, { labels, outputs: { activation } });
      fc.assert(
        fc.property(anyRows, (given) => {
          const rows = given.map(([number, scores]) =>
            row({ label: classNumber(number), probabilities: probabilities(...scores) }),
          );
          const [block] = packRows(rows);
          assert.ok(block !== undefined && bound.decodeMany !== undefined);
          const read = bound.decodeMany(block);
          for (const [place, alone] of rows.entries()) {
            assert.deepEqual(
              outcome(() => read(place)),
              outcome(() => bound.decode(alone, anyRow)),
            );
          }
        }),
      );
    });
  }
});
