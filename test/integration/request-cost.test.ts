import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { getIntrospectionQuery } from 'graphql';
import { readAnswer, type Answer } from '../helpers/error-form.ts';
import { callsOf, post, startTestGateway } from '../helpers/gateway.ts';
import { waitForLine } from '../helpers/log.ts';
import { identityModel } from '../helpers/onnx-models.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const maxCostPerRequest = 100;
const maxTensorElements = 1000;
const models = await temporaryFolder(
  { after },
  {
    'light/1/model.onnx': identityModel('FP32', ['N', 1]),
    'heavy/1/model.onnx': identityModel('FP32', ['N', 1]),
    'heavy/model.yaml': 'rowWeight: 30\n',
    'wide/1/model.onnx': identityModel('FP32', ['N', 'W']),
    'fixed/1/model.onnx': identityModel('FP32', [200, 1]),
  },
);
const gateway = await startTestGateway({ after }, models, { maxCostPerRequest, maxTensorElements });

const rows = (count: number) => Array.from({ length: count }, () => ({ x: 1 }));
const send = async (query: string, variables?: object): Promise<Answer> =>
  readAnswer(await post(gateway, JSON.stringify({ query, variables })));

let lastId = 0;
/** What the log says that a request asked for. */
async function costOf(body: object): Promise<readonly unknown[]> {
  const requestId = `cost-${(lastId += 1)}`;
  await readAnswer(await post(gateway, JSON.stringify(body), { headers: { 'x-request-id': requestId } }));
  const line = await waitForLine(gateway.log, (each) => each.message === 'request' && each['requestId'] === requestId);
  return [line['rows'], line['cost'], line['models']];
}

/** Asserts that a request is refused with these details, and that no model ran. */
async function assertTooComplex(query: string, variables: object, details: object): Promise<void> {
  const before = gateway.log.filter(({ message }) => message === 'call').length;
  const { status, errors, data } = await send(query, variables);
  assert.equal(status, 400);
  assert.deepEqual(
    errors.map(({ extensions }) => [extensions.code, extensions.details]),
    [['QUERY_TOO_COMPLEX', details]],
  );
  assert.equal(data, undefined);
  assert.equal(gateway.log.filter(({ message }) => message === 'call').length, before);
}

describe('the cost of an operation', () => {
  const batch = 'query ($inputs: [LightInput!]!) { predict { lightBatch(inputs: $inputs) { y } } }';

  for (const [what, query, variables, expected] of [
    ['a row and its fields', '{ predict { light(input: { x: 1 }) { y } } }', {}, [1, 2, ['light']]],
    [
      'a row and six fields',
      '{ predict { light(input: { x: 1 }) { y meta { model version requestId batchSize } } } }',
      {},
      [1, 2, ['light']],
    ],
    ['a list, whose fields count for each row', batch, { inputs: rows(50) }, [50, 56, ['light']]],
    ['one input in the place of a list', batch, { inputs: { x: 1 } }, [1, 2, ['light']]],
    ['a list in the document', '{ predict { lightBatch(inputs: [{ x: 1 }, { x: 2 }]) { y } } }', {}, [2, 3, ['light']]],
    ['rows of a heavy model', '{ predict { heavyBatch(inputs: [{ x: 1 }, { x: 2 }]) { y } } }', {}, [2, 61, ['heavy']]],
    ['no prediction', '{ models { name } }', {}, [0, 1, []]],
    [
      'a field that is left out',
      'query ($no: Boolean!) { predict { heavy(input: { x: 1 }) @include(if: $no) { y } } }',
      { no: false },
      [0, 1, []],
    ],
    [
      'aliases',
      `{ ${Array.from({ length: 10 }, (_, i) => `p${i}: predict { a: light(input: { x: 1 }) { y } b: light(input: { x: 2 }) { y } }`).join(' ')} }`,
      {},
      [20, 25, ['light']],
    ],
    [
      'rows of tensors',
      'query ($input: InferInput!) { infer(input: $input) { meta { model } } }',
      { input: { model: 'heavy', inputs: { name: 'x', datatype: 'FP32', shape: [3, 1], values: [1, 2, 3] } } },
      [3, 91, ['heavy']],
    ],
    [
      'tensors of a model without rows',
      'query ($v: TensorValues!) { infer(input: { model: "fixed", inputs: [{ name: "x", datatype: FP32, shape: [200, 1], values: $v }] }) { meta { model } } }',
      { v: Array.from({ length: 200 }, () => 0) },
      [1, 2, ['fixed']],
    ],
    [
      'rows for a model that is not there',
      '{ infer(input: { model: "secret", inputs: [{ name: "x", datatype: FP32, shape: [2], values: [1, 2] }] }) { meta { model } } }',
      {},
      [2, 3, []],
    ],
  ] as const) {
    test(`is counted for ${what}, and logged`, async () =>
      assert.deepEqual(await costOf({ query, variables }), expected));
  }

  test('is that of all operations of an array', async () => {
    const operation = { query: batch, variables: { inputs: rows(10) } };
    assert.deepEqual(await costOf([operation, operation]), [20, 24, ['light']]);
  });

  test('of one that asks for the schema is small', async () => {
    const [, cost] = await costOf({ query: getIntrospectionQuery() });
    assert.ok(Number(cost) < 30, `it is ${String(cost)}`);
  });
});

describe('a request that costs too much runs nothing', () => {
  const limit = maxCostPerRequest;

  test('for one list', () =>
    assertTooComplex(
      'query ($inputs: [LightInput!]!) { predict { lightBatch(inputs: $inputs) { y } } }',
      { inputs: rows(91) },
      {
        limit,
        received: 101,
      },
    ));

  test('for one variable in many aliases', () =>
    assertTooComplex(
      `query ($inputs: [LightInput!]!) { predict { ${Array.from({ length: 10 }, (_, i) => `a${i}: lightBatch(inputs: $inputs) { y }`).join(' ')} } }`,
      { inputs: rows(20) },
      { limit, received: 112 },
    ));

  test('for few rows of a heavy model', () =>
    assertTooComplex(
      '{ predict { heavyBatch(inputs: [{ x: 1 }, { x: 1 }, { x: 1 }, { x: 1 }]) { y } } }',
      {},
      {
        limit,
        received: 121,
      },
    ));

  test('for rows that have many fields each', () =>
    assertTooComplex(
      `query ($inputs: [LightInput!]!) { predict { lightBatch(inputs: $inputs) { ${Array.from({ length: 40 }, (_, i) => `y${i}: y`).join(' ')} } } }`,
      { inputs: rows(20) },
      { limit, received: 101 },
    ));

  test('for rows of tensors, whatever they hold', () =>
    assertTooComplex(
      '{ infer(input: { model: "light", inputs: [{ name: "x", datatype: FP32, shape: [2000000000, 0], values: [] }] }) { meta { model } } }',
      {},
      { limit, received: 2_000_000_001 },
    ));

  test('in the operations of an array that come after those that are allowed', async () => {
    const operation = {
      query: 'query ($inputs: [LightInput!]!) { predict { lightBatch(inputs: $inputs) { y } } }',
      variables: { inputs: rows(40) },
    };
    const before = callsOf(gateway, 'light').length;
    const response = await post(gateway, JSON.stringify([operation, operation, operation]));
    const answers = (await response.json()) as readonly { readonly data?: object; readonly errors?: readonly any[] }[];
    assert.deepEqual(
      answers.map(({ data, errors }) => [
        data !== undefined,
        errors?.[0]?.extensions.code,
        errors?.[0]?.extensions.details,
      ]),
      [
        [true, undefined, undefined],
        [true, undefined, undefined],
        [false, 'QUERY_TOO_COMPLEX', { limit, received: 135 }],
      ],
    );
    const predicted = callsOf(gateway, 'light')
      .slice(before)
      .reduce((total, call) => total + Number(call['batchSize']), 0);
    assert.equal(predicted, 80);
  });

  test('and one within the limit is answered', async () => {
    const { errors } = await send('query ($inputs: [LightInput!]!) { predict { lightBatch(inputs: $inputs) { y } } }', {
      inputs: rows(89),
    });
    assert.deepEqual(errors, []);
  });
});

describe('a request with too many elements in its tensors runs nothing', () => {
  const limit = maxTensorElements;
  const zeros = (count: number) => Array.from({ length: count }, () => 0);

  test('in typed inputs, where one variable stands in many aliases', () =>
    assertTooComplex(
      `query ($x: FloatTensor!) { predict { ${Array.from({ length: 3 }, (_, i) => `a${i}: wide(input: { x: $x }) { __typename }`).join(' ')} } }`,
      { x: zeros(400) },
      { limit, received: 1200 },
    ));

  test('in base64', () =>
    assertTooComplex(
      'query ($inputs: [WideInput!]!) { predict { wideBatch(inputs: $inputs) { __typename } } }',
      { inputs: [{ x: Buffer.alloc(4 * 1001).toString('base64') }] },
      { limit, received: 1001 },
    ));

  test('in raw tensors', () =>
    assertTooComplex(
      'query ($input: InferInput!) { a: infer(input: $input) { meta { model } } b: infer(input: $input) { meta { model } } }',
      {
        input: {
          model: 'wide',
          inputs: [{ name: 'x', datatype: 'FP32', shape: [2, 300], values: [zeros(300), zeros(300)] }],
        },
      },
      { limit, received: 1200 },
    ));

  test('and one within the limit is answered', async () => {
    const { errors, data } = await send(
      'query ($x: FloatTensor!) { predict { wide(input: { x: $x }) { y { shape } } } }',
      { x: zeros(1000) },
    );
    assert.deepEqual(errors, []);
    assert.deepEqual(data, { predict: { wide: { y: { shape: [1000] } } } });
  });
});

test('the limits and the weights of models are in the API', async () => {
  const { data } = await send(
    '{ server { limits { maxCostPerRequest maxTensorElements } } model(name: "heavy") { rowWeight } }',
  );
  assert.deepEqual(data, { server: { limits: { maxCostPerRequest, maxTensorElements } }, model: { rowWeight: 30 } });
});

test('a variable of a megabyte in hundreds of fields is counted in no time', async () => {
  const inputs = Array.from({ length: 100_000 }, () => ({ x: [[]] }));
  const query = `query ($inputs: [WideInput!]!) { predict { ${Array.from({ length: 400 }, (_, i) => `a${i}: wideBatch(inputs: $inputs) { __typename }`).join(' ')} } }`;
  const before = process.cpuUsage();
  const { errors } = await send(query, { inputs });
  const { user, system } = process.cpuUsage(before);
  assert.equal(errors[0]?.extensions.code, 'QUERY_TOO_COMPLEX');
  assert.ok((user + system) / 1000 < 3000, `${(user + system) / 1000} ms`);
});
