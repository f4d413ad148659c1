import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { BadInputReason } from '../../../src/errors.ts';
import { assertRefused, assertServes, readAnswer, refusedAnswer, type Expected } from '../../helpers/error-form.ts';
import { post, shippedModels, startTestGateway } from '../../helpers/gateway.ts';

const limits = { maxRowsPerField: 8 };
const gateway = await startTestGateway({ after }, shippedModels, limits);
const send = (query: string, variables?: object) => post(gateway, JSON.stringify({ query, variables }));

const flower = { sepalLength: 5.1, sepalWidth: 3.5, petalLength: 1.4, petalWidth: 0.2 };
const passenger = { pclass: 1, sex: 'female', age: 29, fare: 211.3375, embarked: 'S' };
const predictIris = (input: unknown) => () =>
  send('query($input: IrisInput!) { predict { iris(input: $input) { label } } }', { input });
const predictMany = (inputs: unknown) => () =>
  send('query($inputs: [IrisInput!]!) { predict { irisBatch(inputs: $inputs) { label } } }', { inputs });
const predictTitanic = (input: unknown) => () =>
  send('query($input: TitanicInput!) { predict { titanic(input: $input) { label } } }', { input });
const predictDigits = (pixels: unknown) => () =>
  send('query($pixels: FloatTensor!) { predict { opticalDigits(input: { pixels: $pixels }) { __typename } } }', {
    pixels,
  });

/** Refused by GraphQL before anything runs. */
const uncoerced = (...messages: readonly RegExp[]): Expected => ({
  codes: messages.map(() => 'BAD_USER_INPUT'),
  message: messages[0] ?? /./,
});
/** Refused by the model's task: the field is null, with an error that says what was expected. */
const unfit = (field: string, reason: BadInputReason, input: string): Expected => ({
  status: 200,
  codes: ['BAD_USER_INPUT'],
  path: ['predict', field],
  details: { reason, input },
});

describe('a feature', () => {
  test('of the wrong type is refused', () =>
    assertRefused(
      gateway,
      predictIris({ ...flower, sepalLength: 'long' }),
      uncoerced(/"i.*sepalLength"; Float cannot/),
    ));

  test('of the wrong type is refused in the document too', () =>
    assertRefused(gateway, () => send('{ predict { iris(input: { sepalLength: "long" }) { label } } }'), {
      codes: Array.from({ length: 4 }, () => 'GRAPHQL_VALIDATION_FAILED' as const),
    }));

  test('that is missing is refused by name', () =>
    assertRefused(
      gateway,
      predictIris({ ...flower, petalWidth: undefined }),
      uncoerced(/"petalWidth" of required type/),
    ));

  test('that is missing is one error for each', async () => {
    const expected = uncoerced(/"sepalWidth"/, /"petalLength"/, /"petalWidth"/);
    const { errors } = await refusedAnswer(gateway, predictIris({ sepalLength: 5 }), expected);
    assert.match(errors[2]?.message ?? '', /"petalWidth"/);
  });

  test('that the model does not have is refused by name', () =>
    assertRefused(gateway, predictIris({ ...flower, colour: 1 }), uncoerced(/Field "colour" is not defined/)));

  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    test(`named ${name} is refused like any other that the model does not have`, () => {
      const input = `{ "sepalLength": 5, "sepalWidth": 3, "petalLength": 1, "petalWidth": 0.2, "${name}": { "polluted": true } }`;
      const body = `{ "query": "query($i: IrisInput!) { predict { iris(input: $i) { label } } }", "variables": { "i": ${input} } }`;
      return assertRefused(
        gateway,
        () => post(gateway, body),
        uncoerced(new RegExp(`Field "${name}" is not defined by type "IrisInput"`)),
      );
    });
  }

  test('named __proto__ in the document is refused', () =>
    assertRefused(gateway, () => send('{ predict { iris(input: { __proto__: { a: 1 } }) { label } } }'), {
      codes: Array.from({ length: 5 }, () => 'GRAPHQL_VALIDATION_FAILED' as const),
    }));

  test('that is null and may not be is refused', () =>
    assertRefused(gateway, predictIris({ ...flower, petalWidth: null }), uncoerced(/"Float!" not to be null/)));

  for (const [value, reason] of [
    [30.1, 'OUT_OF_RANGE'],
    [-0.1, 'OUT_OF_RANGE'],
    [1e300, 'OUT_OF_RANGE'],
  ] as const) {
    test(`of ${value} is out of range`, () =>
      assertRefused(gateway, predictIris({ ...flower, sepalWidth: value }), unfit('iris', reason, 'sepalWidth')));
  }

  test('that is infinite is refused, from the document', () =>
    assertRefused(
      gateway,
      () =>
        send(
          '{ predict { iris(input: { sepalLength: 1e999, sepalWidth: 1, petalLength: 1, petalWidth: 1 }) { label } } }',
        ),
      unfit('iris', 'NOT_FINITE', 'sepalLength'),
    ));

  test('that is infinite is refused, from a variable', () => {
    const body = JSON.stringify({
      query: 'query($i: IrisInput!) { predict { iris(input: $i) { label } } }',
      variables: { i: { ...flower, sepalLength: 12345 } },
    });
    return assertRefused(
      gateway,
      () => post(gateway, body.replace('12345', '1e999')),
      uncoerced(/cannot represent non numeric value: Infinity/),
    );
  });

  test('that is NaN as text is refused', () =>
    assertRefused(gateway, predictIris({ ...flower, sepalLength: 'NaN' }), uncoerced(/non numeric value: "NaN"/)));

  test('of another category is refused', () =>
    assertRefused(
      gateway,
      predictTitanic({ ...passenger, sex: 'unknown' }),
      unfit('titanic', 'UNKNOWN_CATEGORY', 'sex'),
    ));

  test('that is an integer takes no fraction', () =>
    assertRefused(gateway, predictTitanic({ ...passenger, pclass: 1.5 }), uncoerced(/non-integer value: 1.5/)));

  test('of a megabyte of text is refused without sending it back', () =>
    assertRefused(gateway, predictIris({ ...flower, sepalLength: 'x'.repeat(1_000_000) }), uncoerced(/^.{1000}$/)));

  test('that is 80,000 lists in each other is refused', () => {
    const lists = `${'['.repeat(80_000)}${']'.repeat(80_000)}`;
    const body = `{ "query": "query($i: IrisInput!) { predict { iris(input: $i) { label } } }", "variables": { "i": ${lists} } }`;
    return assertRefused(gateway, () => post(gateway, body), uncoerced(/to be an object/));
  });
});

describe('a tensor', () => {
  for (const [what, pixels, reason, input] of [
    ['too short', [1, 2, 3], 'WRONG_LENGTH', 'pixels'],
    ['of ragged lists', [[1], [2, 3]], 'WRONG_LENGTH', 'pixels'],
    ['with text in it', [...Array(63).fill(0), 'x'], 'WRONG_TYPE', 'pixels[63]'],
    ['with null in it', [null, ...Array(63).fill(0)], 'WRONG_TYPE', 'pixels[0]'],
    ['with an object in it', [{ __proto__: null }, ...Array(63).fill(0)], 'WRONG_TYPE', 'pixels[0]'],
    ['with a list in it', [[0], ...Array(63).fill(0)], 'WRONG_SHAPE', 'pixels[0]'],
    ['of base64 that is none', 'not base64!', 'INVALID_BASE64', 'pixels'],
    ['of base64 of other bytes', 'AAAA', 'WRONG_LENGTH', 'pixels'],
  ] as const) {
    test(`${what} is refused`, () =>
      assertRefused(gateway, predictDigits(pixels), unfit('opticalDigits', reason, input)));
  }

  for (const [what, pixels] of [
    ['an object', { a: 1 }],
    ['a boolean', true],
  ] as const) {
    test(`that is ${what} is refused`, () =>
      assertRefused(gateway, predictDigits(pixels), uncoerced(/FloatTensor: expected nested lists of numbers/)));
  }
});

describe('a list of inputs', () => {
  test('without any is refused', () =>
    assertRefused(gateway, predictMany([]), {
      ...unfit('irisBatch', 'EMPTY_BATCH', 'inputs'),
    }));

  test('that is refused as a whole is null, and leaves the fields beside it alone', async () => {
    const document =
      'query($many: [IrisInput!]!, $one: IrisInput!) { predict { irisBatch(inputs: $many) { label } iris(input: $one) { label } } }';
    const variables = { many: Array.from({ length: 9 }, () => flower), one: flower };
    const { data, errors } = await refusedAnswer(gateway, () => send(document, variables), {
      status: 200,
      codes: ['BATCH_TOO_LARGE'],
      path: ['predict', 'irisBatch'],
    });
    assert.deepEqual(data, { predict: { irisBatch: null, iris: { label: 'setosa' } } });
    assert.equal(errors.length, 1);
  });

  test('over the limit of a field is BATCH_TOO_LARGE', async () => {
    const { errors } = await refusedAnswer(gateway, predictMany(Array.from({ length: 9 }, () => flower)), {
      status: 200,
      codes: ['BATCH_TOO_LARGE'],
      path: ['predict', 'irisBatch'],
    });
    assert.deepEqual(errors[0]?.extensions.details, { limit: 8, received: 9 });
  });

  test('as long as the limit is answered', async () => {
    const { data, errors } = await readAnswer(await predictMany(Array.from({ length: 8 }, () => flower))());
    assert.deepEqual(errors, []);
    assert.equal((data as { predict: { irisBatch: unknown[] } }).predict.irisBatch.length, 8);
  });

  test('with one bad item gives that one null and its own error', async () => {
    const answer = await refusedAnswer(gateway, predictMany([flower, { ...flower, petalWidth: 31 }, flower]), {
      status: 200,
      codes: ['BAD_USER_INPUT'],
      path: ['predict', 'irisBatch', 1],
      details: { reason: 'OUT_OF_RANGE', input: 'petalWidth' },
    });
    const rows = [{ label: 'setosa' }, null, { label: 'setosa' }];
    assert.deepEqual(answer.data, { predict: { irisBatch: rows } });
    assert.equal(answer.errors[0]?.extensions.model, 'iris');
    assert.equal(answer.errors[0]?.extensions.version, '1');
  });

  test('that is null, or holds null, is refused', async () => {
    await assertRefused(gateway, predictMany(null), uncoerced(/must not be null/));
    await assertRefused(gateway, predictMany([null]), uncoerced(/not to be null/));
  });

  test('with a hundred items of the wrong type gives fifty errors and says so', async () => {
    const { errors, status } = await readAnswer(
      await predictMany(Array.from({ length: 100 }, () => ({ ...flower, sepalLength: 'x' })))(),
    );
    assert.equal(status, 400);
    assert.equal(errors.length, 51);
    assert.deepEqual([...new Set(errors.map(({ extensions }) => extensions.code))], ['BAD_USER_INPUT']);
    assert.match(errors[50]?.message ?? '', /Too many errors/);
    await assertServes(gateway);
  });
});

describe('a field or argument', () => {
  test('of a model that is not served is refused by name', () =>
    assertRefused(gateway, () => send('{ predict { resnet(input: {}) { label } } }'), {
      codes: ['GRAPHQL_VALIDATION_FAILED'],
      message: /Cannot query field "resnet" on type "Predictions"/,
    }));

  for (const version of ['9', 'canary', '__proto__', 'constructor', '1.0', '01', ' 1', '1e0', '99999999999999999999']) {
    test(`version ${JSON.stringify(version)} is MODEL_VERSION_NOT_FOUND`, () =>
      assertRefused(
        gateway,
        () =>
          send(
            'query($input: IrisInput!, $version: VersionRef) { predict { iris(input: $input, version: $version) { label } } }',
            {
              input: flower,
              version,
            },
          ),
        {
          status: 200,
          codes: ['MODEL_VERSION_NOT_FOUND'],
          path: ['predict', 'iris'],
          message: /it has 1, 2, stable, candidate\.$/,
        },
      ));
  }

  test('top of less than one is refused', () =>
    assertRefused(
      gateway,
      () =>
        send('query($input: IrisInput!) { predict { iris(input: $input) { scores(top: 0) { label } } } }', {
          input: flower,
        }),
      {
        status: 200,
        codes: ['BAD_USER_INPUT'],
        path: ['predict', 'iris', 'scores'],
        details: { reason: 'OUT_OF_RANGE', input: 'top' },
      },
    ));

  test('that is null through a variable with a default is refused, at its field', () =>
    assertRefused(gateway, () => send('query($name: ID = "iris") { model(name: $name) { name } }', { name: null }), {
      status: 200,
      codes: ['BAD_USER_INPUT'],
      path: ['model'],
      message: /Argument "name" of non-null type "ID!" must not be null/,
    }));

  test('of a directive that is null through a variable with a default is refused', () =>
    assertRefused(gateway, () => send('query($if: Boolean = true) { models @skip(if: $if) { name } }', { if: null }), {
      status: 200,
      codes: ['BAD_USER_INPUT'],
      message: /Argument "if" of non-null type "Boolean!" must not be null/,
    }));

  test('with variables named __proto__ and constructor is answered', async () => {
    const document =
      'query($__proto__: ID!, $constructor: ID!) { __proto__: model(name: $__proto__) { name } constructor: model(name: $constructor) { name } }';
    const body = `{ "query": "${document}", "variables": { "__proto__": "iris", "constructor": "opticalDigits" } }`;
    const { text } = await readAnswer(await post(gateway, body));
    assert.equal(text.trim(), '{"data":{"__proto__":{"name":"iris"},"constructor":{"name":"opticalDigits"}}}');
  });
});

test('no request of this file was a fault of the server', () => {
  assert.deepEqual(
    gateway.log.filter(({ level }) => level === 'error'),
    [],
  );
});
