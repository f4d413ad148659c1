import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type GraphQLScalarType, isScalarType, isSpecifiedScalarType, parseValue, printSchema } from 'graphql';
import { scalars } from '../../../src/tasks/scalars.ts';
import { staticSchema } from '../../helpers/shared-types.ts';

function scalar(name: string): GraphQLScalarType {
  const found = scalars[name];
  assert.ok(found);
  return found;
}

const literal = (name: string, text: string) => scalar(name).parseLiteral(parseValue(text), {});

test('every scalar of the SDL has its rules, and keeps the description of the SDL', () => {
  const schema = staticSchema();
  const declared = Object.values(schema.getTypeMap()).filter(
    (type) => isScalarType(type) && !isSpecifiedScalarType(type),
  );
  assert.deepEqual(declared.map(({ name }) => name).toSorted(), Object.keys(scalars).toSorted());
  for (const { name, description } of declared) assert.ok(description, name);
  assert.match(printSchema(schema), /A 64-bit integer\./);
});

describe('Int64', () => {
  test('takes numbers within ±(2^53 - 1) and decimal strings, and gives the same', () => {
    const int64 = scalar('Int64');
    for (const [external, internal] of [
      [7, 7n],
      [-(2 ** 53 - 1), -(2n ** 53n - 1n)],
      ['9223372036854775807', 2n ** 63n - 1n],
      ['18446744073709551615', 2n ** 64n - 1n],
      ['-9223372036854775808', -(2n ** 63n)],
    ] as const) {
      assert.equal(int64.parseValue(external), internal);
      assert.equal(int64.serialize(internal), external);
    }
  });

  test('a literal of the document is exact beyond 2^53', () => {
    assert.equal(literal('Int64', '9007199254740993'), 2n ** 53n + 1n);
    assert.equal(literal('Int64', '"-5"'), -5n);
  });

  for (const value of [
    2 ** 53,
    1.5,
    '1.5',
    '',
    ' 1',
    '18446744073709551616',
    '-9223372036854775809',
    true,
    null,
    {},
    Number.NaN,
  ]) {
    test(`refuses ${JSON.stringify(value)}`, () =>
      assert.throws(() => scalar('Int64').parseValue(value), /Int64: expected/));
  }

  for (const text of ['1.5', 'true', '[1]', '{a: 1}', 'NaN', '99999999999999999999999']) {
    test(`refuses the literal ${text}`, () => assert.throws(() => literal('Int64', text), /Int64: expected/));
  }
});

describe('VersionRef', () => {
  test('is a number or a label, as a string', () => {
    assert.equal(scalar('VersionRef').parseValue(2), '2');
    assert.equal(scalar('VersionRef').parseValue('canary'), 'canary');
    assert.equal(literal('VersionRef', '12'), '12');
    assert.equal(literal('VersionRef', '"2"'), '2');
  });

  for (const value of [0, -1, 1.5, '', true, null, ['1'], Number.POSITIVE_INFINITY]) {
    test(`refuses ${String(value)}`, () =>
      assert.throws(() => scalar('VersionRef').parseValue(value), /VersionRef: expected/));
  }
});

describe('Base64, DateTime and SafeInt', () => {
  test('Base64 is passed as text, to be checked by whoever decodes it', () => {
    assert.equal(scalar('Base64').parseValue('data:image/png;base64,AA=='), 'data:image/png;base64,AA==');
    assert.equal(literal('Base64', '"AA=="'), 'AA==');
    assert.throws(() => scalar('Base64').parseValue(1), /Base64: expected a string/);
    assert.throws(() => literal('Base64', '1'), /Base64: expected a string/);
  });

  test('DateTime is RFC 3339 with milliseconds, in UTC', () => {
    const text = '2026-01-31T12:00:00.000Z';
    assert.equal(scalar('DateTime').serialize(new Date(text)), text);
    assert.equal(scalar('DateTime').serialize(Date.parse(text)), text);
    assert.deepEqual(scalar('DateTime').parseValue('2026-01-31T13:00:00+01:00'), new Date(text));
    for (const bad of ['2026-01-31', 'yesterday', '2026-13-01T00:00:00Z', 5, null]) {
      assert.throws(() => scalar('DateTime').parseValue(bad), /DateTime: expected/);
    }
    assert.throws(() => scalar('DateTime').serialize(new Date(Number.NaN)), /DateTime: expected/);
  });

  test('FeatureValue is a number, a string or a boolean', () => {
    for (const value of [5.1, 'female', false]) assert.equal(scalar('FeatureValue').serialize(value), value);
    assert.equal(literal('FeatureValue', '"5"'), '5');
    for (const bad of [Number.NaN, null, [5]]) {
      assert.throws(() => scalar('FeatureValue').serialize(bad), /FeatureValue: expected/);
    }
  });

  test('SafeInt is exact up to 2^53 - 1', () => {
    assert.equal(scalar('SafeInt').serialize(2 ** 40), 2 ** 40);
    assert.equal(scalar('SafeInt').serialize(5n), 5);
    assert.equal(literal('SafeInt', '1099511627776'), 2 ** 40);
    for (const bad of [2 ** 53, 1.5, '1', null])
      assert.throws(() => scalar('SafeInt').parseValue(bad), /SafeInt: expected/);
  });
});
