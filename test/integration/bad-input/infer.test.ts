import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { BadInputReason, ErrorCode } from '../../../src/errors.ts';
import { assertRefused, readAnswer, refusedAnswer, type Expected } from '../../helpers/error-form.ts';
import { post, shippedModels, startTestGateway } from '../../helpers/gateway.ts';

const maxRowsPerField = 8;
const gateway = await startTestGateway({ after }, shippedModels, { maxRowsPerField });
const document = 'query($input: InferInput!) { infer(input: $input) { outputs { name shape values } } }';
const X = { name: 'X', datatype: 'FP32', shape: [1, 4], values: [[5.1, 3.5, 1.4, 0.2]] };
const bare = { name: 'X', datatype: 'FP32', shape: [1, 4] };
const infer =
  (inputs: unknown, more: object = {}) =>
  () =>
    post(gateway, JSON.stringify({ query: document, variables: { input: { model: 'iris', inputs, ...more } } }));

const refused = (reason: BadInputReason, input: string, message?: RegExp): Expected => ({
  status: 200,
  codes: ['BAD_USER_INPUT'],
  path: ['infer'],
  details: { reason, input },
  ...(message === undefined ? {} : { message }),
});
const failed = (code: ErrorCode, message: RegExp): Expected => ({
  status: 200,
  codes: [code],
  path: ['infer'],
  message,
});
const uncoerced = (message: RegExp): Expected => ({ codes: ['BAD_USER_INPUT'], message });

test('good tensors are answered', async () => {
  const { data, errors } = await readAnswer(await infer([X], { outputs: ['label'] })());
  assert.deepEqual(errors, []);
  assert.deepEqual(data, { infer: { outputs: [{ name: 'label', shape: [1], values: [0] }] } });
});

describe('the tensors of a raw inference', () => {
  const cases: readonly (readonly [what: string, inputs: unknown, expected: Expected])[] = [
    ['without any are refused', [], refused('MISSING', 'X', /FP32 in the shape \[\?, 4\]/)],
    ['with an unknown name are refused', [X, { ...X, name: 'Y' }], refused('UNKNOWN_NAME', 'inputs', /: X, got "Y"/)],
    ['named __proto__ are refused', [{ ...X, name: '__proto__' }], refused('UNKNOWN_NAME', 'inputs')],
    ['named constructor are refused', [{ ...X, name: 'constructor' }], refused('UNKNOWN_NAME', 'inputs')],
    ['with one name twice are refused', [X, X], refused('DUPLICATE_NAME', 'X')],
    [
      'of another datatype are refused',
      [{ ...X, datatype: 'INT64' }],
      refused('WRONG_DATATYPE', 'X', /FP32, got INT64/),
    ],
    ['of a datatype that is none are refused', [{ ...X, datatype: 'FLOAT' }], uncoerced(/"FLOAT" does not exist/)],
    ['of another rank are refused', [{ ...X, shape: [4] }], refused('WRONG_SHAPE', 'X')],
    ['of another width are refused', [{ ...X, shape: [1, 5] }], refused('WRONG_SHAPE', 'X')],
    ['of a negative size are refused', [{ ...X, shape: [-1, 4] }], refused('WRONG_SHAPE', 'X')],
    ['of a size beyond 32 bits are refused', [{ ...X, shape: [2 ** 31, 4] }], uncoerced(/non 32-bit/)],
    ['of a size that is no integer are refused', [{ ...X, shape: [1.5, 4] }], uncoerced(/non-integer/)],
    [
      'that are not as large as they say are refused',
      [{ ...X, shape: [2 ** 31 - 1, 4] }],
      refused('WRONG_LENGTH', 'X'),
    ],
    ['with too few values are refused', [{ ...X, values: [[1, 2, 3]] }], refused('WRONG_LENGTH', 'X[0]')],
    ['with too many values are refused', [{ ...X, values: [[1, 2, 3, 4, 5]] }], refused('WRONG_LENGTH', 'X[0]')],
    [
      'of ragged lists are refused',
      [{ ...X, shape: [2, 4], values: [[1, 2, 3, 4], [1]] }],
      refused('WRONG_LENGTH', 'X[1]'),
    ],
    ['with text are refused', [{ ...X, values: [[1, 2, 3, 'x']] }], refused('WRONG_TYPE', 'X[0][3]')],
    ['with null are refused', [{ ...X, values: [[1, 2, 3, null]] }], refused('WRONG_TYPE', 'X[0][3]')],
    ['with a boolean are refused', [{ ...X, values: [[1, 2, 3, true]] }], refused('WRONG_TYPE', 'X[0][3]')],
    ['with an object are refused', [{ ...X, values: [[1, 2, 3, { a: 1 }]] }], refused('WRONG_TYPE', 'X[0][3]')],
    [
      'with a number beyond FP32 are refused',
      [{ ...X, values: [[1, 2, 3, 1e300]] }],
      refused('OUT_OF_RANGE', 'X[0][3]'),
    ],
    [
      'that are an object are refused',
      [{ ...X, values: { 0: [1] } }],
      uncoerced(/TensorValues: expected nested lists/),
    ],
    ['with both values and base64 are refused', [{ ...X, base64: 'AAAA' }], refused('AMBIGUOUS', 'X', /got both/)],
    ['with neither values nor base64 are refused', [bare], refused('AMBIGUOUS', 'X', /got neither/)],
    ['of base64 that is none are refused', [{ ...bare, base64: '!!!!' }], refused('INVALID_BASE64', 'X')],
    ['of base64 with a stray end are refused', [{ ...bare, base64: 'AAAAA' }], refused('INVALID_BASE64', 'X')],
    ['of base64 of other bytes are refused', [{ ...bare, base64: 'AAAA' }], refused('WRONG_LENGTH', 'X', /16 bytes/)],
    ['of base64 that is no text are refused', [{ ...bare, base64: 1 }], uncoerced(/Base64: expected a string/)],
    ['of no rows are refused', [{ ...X, shape: [0, 4], values: [] }], refused('EMPTY_BATCH', 'X')],
    ['with an unknown key are refused', [{ ...X, data: [] }], uncoerced(/"data" is not defined by type "TensorInput"/)],
  ];
  for (const [what, inputs, expected] of cases) {
    test(what, () => assertRefused(gateway, infer(inputs), expected));
  }

  test('over the limit are BATCH_TOO_LARGE', async () => {
    const rows = maxRowsPerField + 1;
    const tensor = { ...bare, shape: [rows, 4], values: Array.from({ length: rows }, () => [1, 2, 3, 4]) };
    const { errors } = await refusedAnswer(gateway, infer([tensor]), failed('BATCH_TOO_LARGE', /9 rows/));
    assert.deepEqual(errors[0]?.extensions.details, { limit: 8, received: 9 });
  });

  test('of 80,000 lists in each other are refused', () => {
    const values = `${'['.repeat(80_000)}${']'.repeat(80_000)}`;
    const tensor = `{ "name": "X", "datatype": "FP32", "shape": [1, 4], "values": ${values} }`;
    const body = `{ "query": "${document}", "variables": { "input": { "model": "iris", "inputs": [${tensor}] } } }`;
    return assertRefused(gateway, () => post(gateway, body), refused('WRONG_LENGTH', 'X[0]'));
  });

  test('with a key __proto__ are refused', () => {
    const tensor = `{ "name": "X", "datatype": "FP32", "shape": [1, 4], "values": [[1, 2, 3, 4]], "__proto__": { "values": 1 } }`;
    const body = `{ "query": "${document}", "variables": { "input": { "model": "iris", "inputs": [${tensor}] } } }`;
    return assertRefused(
      gateway,
      () => post(gateway, body),
      uncoerced(/"__proto__" is not defined by type "TensorInput"/),
    );
  });
});

describe('what a raw inference names', () => {
  for (const model of ['resnet', '__proto__', 'constructor', '', '../iris', 'iris/1']) {
    test(`the model ${JSON.stringify(model)} is MODEL_NOT_FOUND`, () =>
      assertRefused(gateway, infer([X], { model }), failed('MODEL_NOT_FOUND', /it has diabetes, (?:\w+, )+titanic/)));
  }

  test('a model with a name of a megabyte is MODEL_NOT_FOUND, without sending it back', async () => {
    const expected = failed('MODEL_NOT_FOUND', /^.{1000}$/);
    const { text } = await refusedAnswer(gateway, infer([X], { model: 'x'.repeat(1_000_000) }), expected);
    assert.ok(text.length < 2000);
  });

  for (const version of ['9', 9, 'canary', '__proto__', 'constructor']) {
    test(`the version ${JSON.stringify(version)} is MODEL_VERSION_NOT_FOUND`, () =>
      assertRefused(
        gateway,
        infer([X], { version }),
        failed('MODEL_VERSION_NOT_FOUND', /it has 1, 2, stable, candidate\.$/),
      ));
  }

  for (const version of [0, -1, 1.5, '', true, {}]) {
    test(`the version ${JSON.stringify(version)} is none`, () =>
      assertRefused(gateway, infer([X], { version }), uncoerced(/VersionRef: expected a version number or a label/)));
  }

  for (const output of ['scores', '__proto__', 'constructor', '']) {
    test(`the output ${JSON.stringify(output)} is refused`, () =>
      assertRefused(
        gateway,
        infer([X], { outputs: [output] }),
        refused('UNKNOWN_NAME', 'outputs', /: label, probabilities/),
      ));
  }

  test('an output that is asked for twice is refused', () =>
    assertRefused(gateway, infer([X], { outputs: ['label', 'label'] }), refused('DUPLICATE_NAME', 'outputs')));

  test('an unknown model in the list of models is null, which is no error', async () => {
    const body = JSON.stringify({ query: '{ model(name: "__proto__") { name } }' });
    const { data, errors } = await readAnswer(await post(gateway, body));
    assert.deepEqual([data, errors], [{ model: null }, []]);
  });
});

test('no request of this file was a fault of the server', () => {
  assert.deepEqual(
    gateway.log.filter(({ level }) => level === 'error'),
    [],
  );
});
