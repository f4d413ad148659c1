import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  GraphQLInputObjectType,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  graphqlSync,
  parseValue,
} from 'graphql';
import { tensorScalars } from '../../../src/tasks/tensor-scalars.ts';

const { TensorValues, FloatTensor, IntTensor, BooleanTensor, StringTensor } = tensorScalars;

const literal = (text: string, variables: Record<string, unknown> = {}) =>
  TensorValues.parseLiteral(parseValue(text), variables);

/** Executes a document against a field that takes a tensor, and gives what arrived. */
function received(document: string, variableValues: Record<string, unknown> = {}) {
  const seen: unknown[] = [];
  const input = new GraphQLInputObjectType({ name: 'In', fields: { x: { type: FloatTensor } } });
  const query = new GraphQLObjectType({
    name: 'Query',
    fields: {
      take: {
        type: GraphQLString,
        args: { x: { type: FloatTensor }, in: { type: input } },
        resolve: (_source, args: Record<string, unknown>) => {
          seen.push(args['x'] ?? args['in']);
          return 'ok';
        },
      },
    },
  });
  const result = graphqlSync({ schema: new GraphQLSchema({ query }), source: document, variableValues });
  return { seen, errors: result.errors?.map(({ message }) => message) ?? [] };
}

describe('what comes in', () => {
  test('nested lists and base64 are passed without a look inside', () => {
    const list = [[1, 'two'], { three: 3 }];
    assert.equal(FloatTensor.parseValue(list), list);
    assert.equal(FloatTensor.parseValue('AAAA'), 'AAAA');
    assert.equal(TensorValues.parseValue(true), true);
  });

  for (const [type, value] of [
    [FloatTensor, true],
    [FloatTensor, null],
    [FloatTensor, { __proto__: null }],
    [IntTensor, false],
    [BooleanTensor, 1],
    [StringTensor, 1],
    [TensorValues, {}],
  ] as const) {
    test(`${type.name} refuses ${JSON.stringify(value)}`, () => {
      assert.throws(() => type.parseValue(value), new RegExp(`${type.name}: expected`));
    });
  }

  test('an object with __proto__ as a key is refused like any other', () => {
    assert.throws(() => FloatTensor.parseValue(JSON.parse('{"__proto__": [1]}')), /FloatTensor: expected/);
    assert.throws(() => literal('{__proto__: [1]}'), /objects/);
  });
});

describe('literals', () => {
  test('lists may be nested and mixed; integers beyond 2^53 stay exact', () => {
    assert.deepEqual(literal('[[1, 2.5], ["NaN", true], [null, 9007199254740993]]'), [
      [1, 2.5],
      ['NaN', true],
      [null, 9_007_199_254_740_993n],
    ]);
    assert.equal(literal('1.5'), 1.5);
  });

  test('variables may stand inside lists', () => {
    const { seen, errors } = received('query ($a: FloatTensor, $b: FloatTensor) { take(x: [[$a, 2], $b]) }', {
      a: 1,
      b: [3, 4],
    });
    assert.deepEqual(errors, []);
    assert.deepEqual(seen, [
      [
        [1, 2],
        [3, 4],
      ],
    ]);
  });

  test('variables may stand inside lists inside input objects', () => {
    const { seen, errors } = received('query ($a: FloatTensor) { take(in: { x: [$a] }) }', { a: 5 });
    assert.deepEqual(errors, []);
    assert.deepEqual(
      seen.map((value) => JSON.stringify(value)),
      ['{"x":[5]}'],
    );
  });

  test('a variable that was left out stands for null, which no tensor takes', () => {
    assert.deepEqual(literal('[$missing]'), [null]);
    assert.deepEqual(literal('[$toString, $__proto__]'), [null, null]);
  });

  test('a list that stands in a literal twice is refused, since it could be made to stand there a thousand times', () => {
    const { errors } = received('query ($a: FloatTensor) { take(x: [$a, $a]) }', { a: [1, 2] });
    assert.match(errors.join(), /invalid value \[\$a, \$a\]/);
    assert.throws(() => literal('[$a, $a]', { a: [1] }), /\$a stands in this literal twice/);
    assert.deepEqual(literal('[$n, $n]', { n: 1 }), [1, 1]);
  });

  test('lists nested too deeply are refused and not followed', () => {
    const depth = 500;
    assert.throws(() => literal(`${'['.repeat(depth)}1${']'.repeat(depth)}`), /nested 32 deep/);
  });

  test('NaN without quotes is refused with the way to write it', () => {
    assert.throws(() => literal('[NaN]'), /write it as the string "NaN"/);
  });
});

describe('what goes out', () => {
  test('a tensor becomes nested lists', () => {
    const tensor = { datatype: 'FP32', shape: [2, 1], data: Float32Array.of(1, Number.NaN) };
    assert.deepEqual(TensorValues.serialize(tensor), [[1], ['NaN']]);
  });

  test('nothing else can go out', () => {
    assert.throws(() => TensorValues.serialize([1]), /expected a tensor/);
  });
});
