import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ModelLoadError } from '../../../src/errors.ts';
import type { RowPort } from '../../../src/tasks/row-signature.ts';
import { bindFeatures } from '../../../src/tasks/tabular.ts';
import { rowOf } from '../../../src/tensors/row-block.ts';
import { elementCount } from '../../../src/tensors/tensor.ts';
import { refusal } from '../../helpers/refusal.ts';
import { taskContext } from '../../helpers/shared-types.ts';

function port(name: string, datatype: RowPort['datatype'], shape: RowPort['shape']): RowPort {
  return { name, datatype, shape };
}

const bindTo = (inputs: readonly RowPort[], features?: readonly object[]) =>
  bindFeatures(taskContext(inputs, [port('y', 'FP32', [1])], features === undefined ? {} : { features }));

const fieldsOf = (bound: ReturnType<typeof bindTo>) =>
  Object.values(bound.inputType.getFields()).map(({ name, type }) => `${name}: ${String(type)}`);

const cm = { unit: 'cm', min: 0, max: 30 };
const iris = bindTo(
  [port('float_input', 'FP32', [4])],
  [
    { name: 'sepalLength', description: 'Sepal length', ...cm },
    { name: 'sepalWidth', description: 'The width of a sepal.', ...cm },
    { name: 'petal length', min: 0 },
    { name: 'petalWidth' },
  ],
);
const flower = { sepalLength: 5, sepalWidth: 3.5, petal_length: 1.5, petalWidth: 0.25 };

const people = bindTo(
  [
    port('age', 'INT64', [1]),
    port('sex', 'BYTES', [1]),
    port('member', 'BOOL', []),
    port('floats', 'FP32', [null]),
    port('children', 'INT8', [1]),
  ],
  [
    { name: 'sex', categories: ['female', 'male'], nullable: true, missing: 'unknown' },
    { name: 'age', min: 0, max: 120, nullable: true, missing: -1 },
    { name: 'member' },
    { name: 'pclass', input: 'floats', type: 'integer', min: 1, max: 3 },
    { name: 'alone', input: 'floats', type: 'boolean' },
    { name: 'constructor', input: 'floats', nullable: true },
    { name: 'children' },
  ],
);
const person = { sex: 'male', age: 40n, member: true, pclass: 2, alone: false, constructor: 1.5, children: 3 };

describe('the input type', () => {
  test('has the features in the order of the manifest, typed by datatype and type', () => {
    assert.deepEqual(fieldsOf(iris), [
      'sepalLength: Float!',
      'sepalWidth: Float!',
      'petal_length: Float!',
      'petalWidth: Float!',
    ]);
    assert.deepEqual(fieldsOf(people), [
      'sex: String',
      'age: Int',
      'member: Boolean!',
      'pclass: Int!',
      'alone: Boolean!',
      'constructor: Float',
      'children: Int!',
    ]);
  });

  test('has Int for integers that all have 32 bits, and Int64 for others', () => {
    const wide = (range: object) => fieldsOf(bindTo([port('n', 'INT64', [1])], [{ name: 'n', ...range }]));
    assert.deepEqual(wide({ min: 1, max: 3 }), ['n: Int!']);
    assert.deepEqual(wide({ min: 1 }), ['n: Int64!']);
    assert.deepEqual(fieldsOf(bindTo([port('n', 'UINT32', [1])])), ['n: Int64!']);
    assert.deepEqual(fieldsOf(bindTo([port('n', 'FP32', [1])], [{ name: 'n', type: 'integer' }])), ['n: Int!']);
  });

  test('describes features in sentences', () => {
    const describeField = (bound: ReturnType<typeof bindTo>, name: string) =>
      bound.inputType.getFields()[name]?.description;
    assert.equal(describeField(iris, 'sepalLength'), 'Sepal length in cm, 0 to 30.');
    assert.equal(describeField(iris, 'sepalWidth'), 'The width of a sepal. In cm, 0 to 30.');
    assert.equal(
      describeField(iris, 'petal_length'),
      "petal length, at least 0. `petal length` in the manifest or the model's file.",
    );
    assert.equal(describeField(people, 'sex'), 'sex, one of "female", "male". Null where it is not known.');
  });

  test('describes the example last', () => {
    const bound = bindTo(
      [port('x', 'FP32', [3]), port('n', 'INT64', [1]), port('s', 'BYTES', [1]), port('b', 'BOOL', [1])],
      [
        { name: 'length', input: 'x', ...cm, example: 5.1 },
        { name: 'bias', input: 'x', description: 'A sentence.', nullable: true, example: -1e-7 },
        { name: 'a b', input: 'x', type: 'integer', example: 3 },
        { name: 'n', example: '9007199254740993' },
        { name: 's', categories: ['"a"', 'b'], example: '"a"' },
        { name: 'b', example: true },
      ],
    );
    assert.deepEqual(
      bound.features.map(({ description }) => description),
      [
        'length in cm, 0 to 30. Example: 5.1.',
        'A sentence. Null where it is not known. Example: -1e-7.',
        "a b. `a b` in the manifest or the model's file. Example: 3.",
        'n. Example: "9007199254740993".',
        's, one of "\\"a\\"", "b". Example: "\\"a\\"".',
        'b. Example: true.',
      ],
    );
  });

  test('is told to the catalogue as well', () => {
    assert.deepEqual(iris.features[0], {
      name: 'sepalLength',
      originalName: null,
      type: 'Float!',
      description: 'Sepal length in cm, 0 to 30.',
      unit: 'cm',
      min: 0,
      max: 30,
      categories: null,
      nullable: false,
      example: null,
    });
    assert.equal(iris.features[2]?.originalName, 'petal length');
  });

  test('is made from the signature where the manifest lists no features', () => {
    assert.deepEqual(fieldsOf(bindTo([port('X', 'FP64', [3])])), ['x0: Float!', 'x1: Float!', 'x2: Float!']);
    assert.deepEqual(fieldsOf(bindTo([port('age', 'INT64', [1]), port('one:0', 'BYTES', [])])), [
      'age: Int64!',
      'one_0: String!',
    ]);
    assert.deepEqual(fieldsOf(bindTo([port('a', 'FP32', [2]), port('b', 'BOOL', [1])])), [
      'a_0: Float!',
      'a_1: Float!',
      'b: Boolean!',
    ]);
    const { inputType } = bindTo([port('X', 'FP64', [3])]);
    assert.equal(inputType.getFields()['x1']?.description, 'Column 2 of 3 of the input `X`.');
  });
});

describe('encode', () => {
  test('fills the columns of the only input in their order', () => {
    const row = iris.encode(flower).tensors;
    assert.deepEqual(
      [...row],
      [['float_input', { datatype: 'FP32', shape: [4], data: Float32Array.of(5, 3.5, 1.5, 0.25) }]],
    );
  });

  test('fills each input in its own datatype and shape', () => {
    const row = people.encode(person).tensors;
    assert.deepEqual(row.get('age'), { datatype: 'INT64', shape: [1], data: BigInt64Array.of(40n) });
    assert.deepEqual(row.get('sex'), { datatype: 'BYTES', shape: [1], data: ['male'] });
    assert.deepEqual(row.get('member'), { datatype: 'BOOL', shape: [], data: Uint8Array.of(1) });
    assert.deepEqual(row.get('floats'), { datatype: 'FP32', shape: [3], data: Float32Array.of(2, 0, 1.5) });
    assert.deepEqual(row.get('children'), { datatype: 'INT8', shape: [1], data: Int8Array.of(3) });
  });

  test('gives the model what stands for null, and NaN where floats are missing', () => {
    for (const nothing of [null, undefined]) {
      const row = people.encode({ ...person, age: nothing, sex: nothing, constructor: nothing }).tensors;
      assert.deepEqual(row.get('age')?.data, BigInt64Array.of(-1n));
      assert.deepEqual(row.get('sex')?.data, ['unknown']);
      assert.deepEqual(row.get('floats')?.data, Float32Array.of(2, 0, Number.NaN));
    }
  });

  test('a feature that is left out is not what objects inherit under its name', () => {
    const { constructor: _left, ...others } = person;
    assert.deepEqual(people.encode(others).tensors.get('floats')?.data, Float32Array.of(2, 0, Number.NaN));
  });

  test('any numbers in range arrive, and none other', () => {
    const value = fc.oneof(fc.double(), fc.double({ min: -1, max: 31 }));
    fc.assert(
      fc.property(value, (sepalLength) => {
        const encode = () => iris.encode({ ...flower, sepalLength }).tensors.get('float_input')?.data[0];
        if (sepalLength >= 0 && sepalLength <= 30) assert.equal(encode(), Math.fround(sepalLength));
        else
          assert.throws(encode, refusal(Number.isFinite(sepalLength) ? 'OUT_OF_RANGE' : 'NOT_FINITE', 'sepalLength'));
      }),
    );
  });

  test('each datatype of integers takes its own range', () => {
    for (const [datatype, least, greatest] of [
      ['INT8', -128, 127],
      ['UINT8', 0, 255],
      ['INT16', -32_768, 32_767],
      ['UINT16', 0, 65_535],
      ['INT32', -(2 ** 31), 2 ** 31 - 1],
      ['UINT32', 0n, 2n ** 32n - 1n],
      ['INT64', -(2n ** 63n), 2n ** 63n - 1n],
      ['UINT64', 0n, 2n ** 64n - 1n],
    ] as const) {
      const integers = bindTo([port('x', datatype, [1])]);
      for (const x of [least, greatest])
        assert.equal(String(integers.encode({ x }).tensors.get('x')?.data[0]), String(x));
      for (const x of [BigInt(least) - 1n, BigInt(greatest) + 1n]) {
        assert.throws(() => integers.encode({ x }), refusal('OUT_OF_RANGE', 'x', /an integer from/));
      }
    }
  });

  test('floats are checked against what their datatype holds, and halves are rounded', () => {
    const half = bindTo([port('x', 'FP16', [1])]);
    assert.deepEqual(half.encode({ x: 1 }).tensors.get('x')?.data, Uint16Array.of(0x3c00));
    assert.throws(() => half.encode({ x: 1e5 }), refusal('OUT_OF_RANGE', 'x', /fits FP16/));
    const whole = bindTo([port('x', 'FP16', [1])], [{ name: 'x', type: 'integer' }]);
    assert.throws(() => whole.encode({ x: 70_000 }), refusal('OUT_OF_RANGE', 'x', /from -65519 to 65519/));
    const single = bindTo([port('x', 'FP32', [1])]);
    assert.throws(() => single.encode({ x: 1e39 }), refusal('OUT_OF_RANGE', 'x', /fits FP32/));
    assert.equal(single.encode({ x: 3.402_823_5e38 }).tensors.get('x')?.data[0], Math.fround(3.402_823_4e38));
  });

  test('the message of a refused value says what was expected, and in which unit', () => {
    assert.throws(
      () => iris.encode({ ...flower, sepalLength: 99 }),
      refusal('OUT_OF_RANGE', 'sepalLength', /^sepalLength: expected a number from 0 to 30 \(cm\), got 99\.$/),
    );
    assert.throws(
      () => iris.encode({ ...flower, petal_length: -1 }),
      refusal('OUT_OF_RANGE', 'petal_length', /a number of at least 0, got -1/),
    );
  });

  for (const [what, changes, check] of [
    ['a missing feature', { member: undefined }, refusal('MISSING', 'member', /got nothing/)],
    ['null where it is not allowed', { pclass: null }, refusal('MISSING', 'pclass', /got null/)],
    ['an unknown feature', { weight: 1 }, refusal('UNKNOWN_NAME', 'weight', /one of the fields age, sex/)],
    ['__proto__ as a key', JSON.parse('{"__proto__": 1}') as object, refusal('UNKNOWN_NAME', '__proto__')],
    ['a string for a boolean', { member: 'yes' }, refusal('WRONG_TYPE', 'member')],
    ['a number for a string', { sex: 1 }, refusal('WRONG_TYPE', 'sex')],
    ['a fraction for an integer', { pclass: 1.5 }, refusal('WRONG_TYPE', 'pclass')],
    ['an integer above its range', { pclass: 4 }, refusal('OUT_OF_RANGE', 'pclass', /an integer from 1 to 3, got 4/)],
    [
      'an integer of 64 bits above its range',
      { age: 121n },
      refusal('OUT_OF_RANGE', 'age', /0 to 120, or null, got 121/),
    ],
    ['an integer that a number does not hold', { age: 2 ** 60 }, refusal('OUT_OF_RANGE', 'age')],
    ['a number for a boolean in a float column', { alone: 1 }, refusal('WRONG_TYPE', 'alone')],
    [
      'an unknown category',
      { sex: 'x' },
      refusal('UNKNOWN_CATEGORY', 'sex', /one of "female", "male", or null, got "x"/),
    ],
    ['what stands for null, when it is given openly', { sex: 'unknown' }, refusal('UNKNOWN_CATEGORY', 'sex')],
    ['NaN', { constructor: Number.NaN }, refusal('NOT_FINITE', 'constructor')],
    ['an infinity', { constructor: Number.POSITIVE_INFINITY }, refusal('NOT_FINITE', 'constructor')],
    ['the string NaN', { constructor: 'NaN' }, refusal('WRONG_TYPE', 'constructor')],
    ['NUL in a string', { sex: 'male\0' }, refusal('INVALID_TEXT', 'sex')],
    ['a list', { pclass: [1] }, refusal('WRONG_TYPE', 'pclass')],
  ] as const) {
    test(`refuses ${what}`, () => assert.throws(() => people.encode({ ...person, ...changes }), check));
  }
});

describe('manifests that do not fit', () => {
  const x4 = [port('x', 'FP32', [4])];
  const two = [port('a', 'FP32', [1]), port('b', 'BYTES', [1])];
  for (const [what, inputs, features, message] of [
    [
      'another number of columns',
      x4,
      [{ name: 'p' }, { name: 'q' }],
      /"x" has 4 columns, and the manifest lists 2: "p", "q"/,
    ],
    [
      'an input that is not there',
      two,
      [{ name: 'p', input: 'c' }],
      /"p" belongs to the input "c", and the model's inputs are "a", "b"/,
    ],
    ['a feature of no input', two, [{ name: 'c' }], /"c" belongs to the input "c"/],
    ['an input without features', two, [{ name: 'a' }], /"b" has 1 column, and the manifest lists none/],
    ['a matrix in each row', [port('x', 'FP32', [2, 2])], undefined, /\[2, 2\] in each row.*use the task tensor/],
    ['columns that nobody counts', [port('x', 'FP32', [null])], undefined, /list the features in the manifest/],
    ['no inputs', [], undefined, /no inputs/],
    [
      'a string in a float column',
      [two[0]],
      [{ name: 'a', type: 'string' }],
      /takes FP32, which holds float or integer or boolean/,
    ],
    [
      'null without missing',
      [two[1]],
      [{ name: 'b', nullable: true }],
      /takes BYTES, which has no NaN; say what is missing/,
    ],
    ['missing of the wrong type', [two[0]], [{ name: 'a', nullable: true, missing: 'none' }], /missing: "none"/],
    ['missing without null', [two[0]], [{ name: 'a', missing: 0 }], /not nullable/],
    ['a range of strings', [two[1]], [{ name: 'b', min: 0 }], /which a string cannot have/],
    ['categories of numbers', [two[0]], [{ name: 'a', categories: ['1'] }], /only a string can have/],
    [
      'an example over the limit',
      [two[0]],
      [{ name: 'a', max: 1, unit: 'm', example: 2 }],
      /^The example of the feature "a" is 2, and the feature takes a number of at most 1 \(m\)\.$/,
    ],
    [
      'an example of another type',
      [two[0]],
      [{ name: 'a', example: '1' }],
      /"a" is "1", and the feature takes a number that fits FP32/,
    ],
    [
      'a fraction for an example of integers',
      [two[0]],
      [{ name: 'a', type: 'integer', min: 0, max: 9, example: 1.5 }],
      /"a" is 1\.5, and the feature takes an integer from 0 to 9/,
    ],
    [
      'text for an example of integers',
      [two[0]],
      [{ name: 'a', type: 'integer', example: '1' }],
      /"a" is "1", and the feature takes an integer/,
    ],
    [
      'an example beyond the datatype',
      [two[0]],
      [{ name: 'a', example: 1e39 }],
      /"a" is 1e\+39, and the feature takes a number that fits FP32/,
    ],
    [
      'an example of no category',
      [two[1]],
      [{ name: 'b', categories: ['x', 'y'], example: 'z' }],
      /"b" is "z", and the feature takes one of "x", "y"/,
    ],
    [
      'a number for an example of text',
      [two[1]],
      [{ name: 'b', example: 1 }],
      /"b" is 1, and the feature takes a string/,
    ],
    ['an empty range', [two[0]], [{ name: 'a', min: 2, max: 1 }], /min 2, which is more than its max 1/],
    [
      'names that fall together',
      x4,
      [{ name: 'p q' }, { name: 'p-q' }, { name: 'r' }, { name: 's' }],
      /"p q" and "p-q"/,
    ],
  ] as [string, RowPort[], object[] | undefined, RegExp][]) {
    test(`are refused: ${what}`, () => {
      assert.throws(
        () => bindTo(inputs, features),
        (error) => error instanceof ModelLoadError && message.test(error.message),
      );
    });
  }
});

describe('a list', () => {
  const halves = bindTo([port('x', 'FP16', [2]), port('n', 'UINT64', [1])]);
  const anyFlower = fc.record({
    sepalLength: fc.oneof(fc.float({ min: 0, max: 30, noNaN: true }), fc.constantFrom(-1, 'long', null)),
    sepalWidth: fc.integer({ min: 0, max: 30 }),
    petal_length: fc.integer({ min: 0 }),
    petalWidth: fc.double(),
  });
  const anyPerson = fc.record({
    sex: fc.constantFrom('female', 'male', null, 'else'),
    age: fc.option(fc.bigInt({ min: -2n, max: 130n })),
    member: fc.boolean(),
    pclass: fc.integer({ min: 0, max: 4 }),
    alone: fc.boolean(),
    constructor: fc.option(fc.double({ noNaN: true })),
    children: fc.integer({ min: -130, max: 130 }),
  });
  const anyHalf = fc.record({
    x0: fc.constantFrom(0.5, -2, 1e6),
    x1: fc.constantFrom(1, Number.NaN),
    n: fc.bigInt({ min: -1n, max: 2n ** 64n }),
  });
  for (const [what, bound, anyInput] of [
    ['numbers', iris, anyFlower],
    ['numbers, strings and null', people, anyPerson],
    ['halves and integers of 64 bits', halves, anyHalf],
  ] as const) {
    test(`of ${what} gives the rows that its inputs give one by one, and each of the others its error`, () => {
      fc.assert(
        fc.property(fc.array<Record<string, unknown>>(anyInput, { maxLength: 8 }), (inputs) => {
          const { block, refused } = bound.encodeMany(inputs);
          let rows = 0;
          for (const [place, input] of inputs.entries()) {
            const error = refused.get(place);
            if (error === undefined) {
              assert.deepEqual(rowOf(block, rows), bound.encode(input).tensors);
              rows += 1;
            } else {
              assert.throws(() => bound.encode(input), { message: error.message });
            }
          }
          assert.equal(block.rows, rows);
          for (const { data, shape } of block.columns.values()) assert.equal(data.length, rows * elementCount(shape));
        }),
      );
    });
  }
});
