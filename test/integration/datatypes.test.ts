import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { type Datatype, datatypes } from '../../src/tensors/datatypes.ts';
import { startTestGateway } from '../helpers/gateway.ts';
import { model, tensorValue } from '../helpers/onnx-builder.ts';
import { exactJson, inferRaw, sendExactly } from '../helpers/raw-inference.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** What is sent through a model of a datatype, and how it looks in JSON and in memory. */
interface Case {
  /** Elements as JSON has them, all of which come back as they were sent. */
  readonly values: readonly unknown[];
  /** The bytes of these elements, little-endian, in hexadecimal digits; null where there is no such form. */
  readonly bytes: string | null;
  /** Elements for the typed field of one element; GraphQL's numbers have no NaN and no infinities. */
  readonly single: readonly unknown[];
  readonly singleType: string;
  readonly tensorType: string;
  /** Elements that do not fit. */
  readonly beyond: readonly unknown[];
}

const cases: Readonly<Record<Datatype, Case>> = {
  BOOL: {
    values: [true, false, true, true],
    bytes: '01 00 01 01',
    single: [true, false],
    singleType: 'Boolean!',
    tensorType: 'BooleanTensor!',
    beyond: [1, 'true', null],
  },
  INT8: {
    values: [-128, 127, -1, 0],
    bytes: '80 7f ff 00',
    single: [-128, 127],
    singleType: 'Int!',
    tensorType: 'IntTensor!',
    beyond: [-129, 128, 0.5, '1', 'NaN'],
  },
  INT16: {
    values: [-32_768, 32_767, -2, 0],
    bytes: '0080 ff7f feff 0000',
    single: [-32_768, 32_767],
    singleType: 'Int!',
    tensorType: 'IntTensor!',
    beyond: [-32_769, 32_768],
  },
  INT32: {
    values: [-2_147_483_648, 2_147_483_647, -1, 1],
    bytes: '00000080 ffffff7f ffffffff 01000000',
    single: [-2_147_483_648, 2_147_483_647],
    singleType: 'Int!',
    tensorType: 'IntTensor!',
    beyond: [-2_147_483_649, 2_147_483_648],
  },
  INT64: {
    values: ['-9223372036854775808', '9223372036854775807', '9007199254740993', 9_007_199_254_740_991, -1, 0],
    bytes: '0000000000000080 ffffffffffffff7f 0100000000002000 ffffffffffff1f00 ffffffffffffffff 0000000000000000',
    single: ['-9223372036854775808', '9223372036854775807', '9007199254740993', 9_007_199_254_740_991],
    singleType: 'Int64!',
    tensorType: 'IntTensor!',
    beyond: ['-9223372036854775809', '9223372036854775808', 9_007_199_254_740_992, '1e3', ''],
  },
  UINT8: {
    values: [255, 128, 1, 0],
    bytes: 'ff 80 01 00',
    single: [0, 255],
    singleType: 'Int!',
    tensorType: 'IntTensor!',
    beyond: [-1, 256],
  },
  UINT16: {
    values: [65_535, 32_768, 1, 0],
    bytes: 'ffff 0080 0100 0000',
    single: [0, 65_535],
    singleType: 'Int!',
    tensorType: 'IntTensor!',
    beyond: [-1, 65_536],
  },
  UINT32: {
    values: [4_294_967_295, 2_147_483_648, 1, 0],
    bytes: 'ffffffff 00000080 01000000 00000000',
    single: [0, 4_294_967_295],
    singleType: 'Int64!',
    tensorType: 'IntTensor!',
    beyond: [-1, 4_294_967_296],
  },
  UINT64: {
    values: ['18446744073709551615', '9223372036854775808', '9007199254740992', 1, 0],
    bytes: 'ffffffffffffffff 0000000000000080 0000000000002000 0100000000000000 0000000000000000',
    single: ['18446744073709551615', 0],
    singleType: 'Int64!',
    tensorType: 'IntTensor!',
    beyond: [-1, '18446744073709551616'],
  },
  FP16: {
    // The greatest, the least normal, the greatest and the least subnormal number.
    values: [65_504, -65_504, 2 ** -14, 2 ** -14 - 2 ** -24, 2 ** -24, 0, 'NaN', 'Infinity', '-Infinity'],
    bytes: 'ff7b fffb 0004 ff03 0100 0000 007e 007c 00fc',
    single: [65_504, -(2 ** -24)],
    singleType: 'Float!',
    tensorType: 'FloatTensor!',
    beyond: [65_520, -1e300, 'nan'],
  },
  FP32: {
    values: [
      3.4028234663852886e38,
      -3.4028234663852886e38,
      2 ** -126,
      2 ** -126 - 2 ** -149,
      2 ** -149,
      0,
      'NaN',
      'Infinity',
      '-Infinity',
    ],
    bytes: 'ffff7f7f ffff7fff 00008000 ffff7f00 01000000 00000000 0000c07f 0000807f 000080ff',
    single: [3.4028234663852886e38, -(2 ** -149)],
    singleType: 'Float!',
    tensorType: 'FloatTensor!',
    beyond: [3.5e38, -1e300, 'inf'],
  },
  FP64: {
    values: [Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** -1022, Number.MIN_VALUE, 0.1, 'NaN', 'Infinity', '-Infinity'],
    bytes:
      'ffffffffffffef7f ffffffffffffefff 0000000000001000 0100000000000000 9a9999999999b93f 000000000000f87f 000000000000f07f 000000000000f0ff',
    single: [Number.MAX_VALUE, -Number.MIN_VALUE, 0.1],
    singleType: 'Float!',
    tensorType: 'FloatTensor!',
    beyond: ['1', true, null],
  },
  BYTES: {
    values: ['', 'é', '日本語', '👍🏽', 'two\nlines\t"quoted"', 'x'.repeat(10_000)],
    bytes: null,
    single: ['', '👍🏽'],
    singleType: 'String!',
    tensorType: 'StringTensor!',
    beyond: ['cut\0off', '\ud83d', 1, null],
  },
};

const allCases = Object.entries(cases) as [Datatype, Case][];

/** Two identities in one model: one element in a row, and a list of any length. */
function twoIdentities(datatype: Datatype) {
  return model({
    inputs: [tensorValue('one', datatype, ['N']), tensorValue('many', datatype, ['N', 'K'])],
    outputs: [tensorValue('sameOne', datatype, ['N']), tensorValue('sameMany', datatype, ['N', 'K'])],
    nodes: [
      { op: 'Identity', inputs: ['one'], outputs: ['sameOne'] },
      { op: 'Identity', inputs: ['many'], outputs: ['sameMany'] },
    ],
  });
}

/** `x` FP32 [N] → `y` = ln x, and `twice` FP32 [N, 2], the same in two columns. */
const logarithm = model({
  inputs: [tensorValue('x', 'FP32', ['N'])],
  outputs: [tensorValue('y', 'FP32', ['N']), tensorValue('twice', 'FP32', ['N', 2])],
  nodes: [
    { op: 'Log', inputs: ['x'], outputs: ['y'] },
    { op: 'Unsqueeze', inputs: ['y', 'last'], outputs: ['column'] },
    { op: 'Concat', inputs: ['column', 'column'], outputs: ['twice'], attributes: { axis: { int: 1 } } },
  ],
  initializers: [{ name: 'last', datatype: 'INT64', shape: [1], data: BigInt64Array.of(-1n) }],
});

const models = await temporaryFolder(
  { after },
  {
    'logarithm/1/model.onnx': logarithm,
    ...Object.fromEntries(
      allCases.map(([datatype]) => [`${datatype.toLowerCase()}/1/model.onnx`, twoIdentities(datatype)]),
    ),
  },
);
const gateway = await startTestGateway({ after }, models);

function base64Of(bytes: string): string {
  return Buffer.from(bytes.replaceAll(' ', ''), 'hex').toString('base64');
}

describe('infer carries every datatype unchanged', () => {
  for (const [datatype, { values, bytes, single }] of allCases) {
    const name = datatype.toLowerCase();
    const one = { name: 'one', datatype, shape: [2], values: [single[0], single[1]] };
    const rows = [values, values.toReversed()];
    const many = { name: 'many', datatype, shape: [2, values.length] };
    const width = datatypes[datatype].bytes ?? 0;
    const elements = bytes?.replaceAll(' ', '').match(new RegExp(`.{${2 * width}}`, 'g'));
    const base64 = elements == null ? null : base64Of([...elements, ...elements.toReversed()].join(''));
    const expected = { name: 'sameMany', datatype, shape: [2, values.length], values: rows, base64 };

    test(`${datatype} as nested values`, async () => {
      const { outputs, errors } = await inferRaw(gateway, name, [one, { ...many, values: rows }]);
      assert.deepEqual(errors, []);
      assert.deepEqual(outputs['sameMany'], expected);
      assert.deepEqual(outputs['sameOne']?.values, one.values);
    });

    test(`${datatype} as flat values`, async () => {
      const { outputs, errors } = await inferRaw(gateway, name, [one, { ...many, values: rows.flat() }]);
      assert.deepEqual(errors, []);
      assert.deepEqual(outputs['sameMany'], expected);
    });

    if (base64 === null) {
      test(`${datatype} as base64 is refused, in words that say what to send`, async () => {
        const { errors } = await inferRaw(gateway, name, [one, { ...many, base64: 'AAAA' }]);
        assert.deepEqual(
          errors.map(({ extensions }) => extensions.details),
          [
            {
              reason: 'WRONG_DATATYPE',
              input: 'many',
              expected: 'strings as JSON values, since they have no bytes of a fixed size',
              received: 'base64',
            },
          ],
        );
      });
    } else {
      test(`${datatype} as base64`, async () => {
        const { outputs, errors } = await inferRaw(gateway, name, [one, { ...many, base64 }]);
        assert.deepEqual(errors, []);
        assert.deepEqual(outputs['sameMany'], expected);
      });
    }
  }

  for (const [datatype, bytes] of [
    ['FP16', '0080'],
    ['FP32', '00000080'],
    ['FP64', '0000000000000080'],
  ] as const) {
    test(`${datatype} takes the sign of -0, and gives it back in base64 alone`, async () => {
      const one = { name: 'one', datatype, shape: [1], values: [-0] };
      const many = { name: 'many', datatype, shape: [1, 1] };
      for (const sent of [{ values: [[-0]] }, { base64: base64Of(bytes) }]) {
        const { outputs } = await inferRaw(gateway, datatype.toLowerCase(), [one, { ...many, ...sent }]);
        assert.deepEqual(outputs['sameMany']?.base64, base64Of(bytes));
        assert.deepEqual(outputs['sameOne']?.base64, base64Of(bytes));
        assert.deepEqual(outputs['sameMany'].values, [[0]]);
      }
    });

    test(`${datatype} takes the sign of -0 from a literal`, async () => {
      const field = `${datatype.toLowerCase()}(input: { one: 1, many: [-0, -0.0] }) { sameMany { values base64 } }`;
      const { data, errors } = await sendExactly(gateway, `{ predict { same: ${field} } }`, {});
      assert.deepEqual(errors, []);
      assert.deepEqual(data.predict.same.sameMany, { values: [0, 0], base64: base64Of(bytes + bytes) });
    });
  }
});

describe('the task tensor carries every datatype unchanged', () => {
  const outputs = 'sameOne sameMany { datatype shape values base64 }';

  for (const [datatype, { values, bytes, single, singleType, tensorType }] of allCases) {
    const name = datatype.toLowerCase();
    const base64 = bytes === null ? null : base64Of(bytes);
    const sameMany = { datatype, shape: [values.length], values, base64 };
    const typeName = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;

    test(`${datatype} in variables`, async () => {
      const document = `query($inputs: [${typeName}!]!) { predict { ${name}Batch(inputs: $inputs) { ${outputs} } } }`;
      const inputs = single.map((one) => ({ one, many: values }));
      const { data, errors } = await sendExactly(gateway, document, { inputs });
      assert.deepEqual(errors, []);
      assert.deepEqual(
        data.predict[`${name}Batch`],
        single.map((sameOne) => ({ sameOne, sameMany })),
      );
    });

    test(`${datatype} in literals`, async () => {
      const fields = single.map(
        (one, index) =>
          `row${index}: ${name}(input: { one: ${exactJson(one)}, many: ${exactJson(values)} }) { ${outputs} }`,
      );
      const { data, errors } = await sendExactly(gateway, `{ predict { ${fields.join(' ')} } }`, {});
      assert.deepEqual(errors, []);
      assert.deepEqual(
        Object.values(data.predict),
        single.map((sameOne) => ({ sameOne, sameMany })),
      );
    });

    test(`${datatype} under the types ${singleType} and ${tensorType}`, async () => {
      const { data } = await sendExactly(gateway, `{ model(name: "${name}") { features { name type } } }`, {});
      assert.deepEqual(data.model.features, [
        { name: 'one', type: singleType },
        { name: 'many', type: tensorType },
      ]);
    });

    if (base64 === null) continue;
    test(`${datatype} in base64`, async () => {
      const document = `query($input: ${typeName}!) { predict { ${name}(input: $input) { ${outputs} } } }`;
      const { data, errors } = await sendExactly(gateway, document, { input: { one: single[0], many: base64 } });
      assert.deepEqual(errors, []);
      assert.deepEqual(data.predict[name], { sameOne: single[0], sameMany });
    });
  }

  test('integers of 64 bits in literals, with and without quotes', async () => {
    const document = `{ predict {
      int64(input: { one: -9223372036854775808, many: [9223372036854775807, "-9223372036854775808"] }) { ${outputs} }
      uint64(input: { one: 18446744073709551615, many: [18446744073709551615, 0] }) { ${outputs} }
    } }`;
    const { data, errors } = await sendExactly(gateway, document, {});
    assert.deepEqual(errors, []);
    assert.equal(data.predict.int64.sameOne, '-9223372036854775808');
    assert.deepEqual(data.predict.int64.sameMany.values, ['9223372036854775807', '-9223372036854775808']);
    assert.equal(data.predict.uint64.sameOne, '18446744073709551615');
    assert.deepEqual(data.predict.uint64.sameMany.values, ['18446744073709551615', 0]);
  });

  test('NaN and infinities of one element are null with an error that names the way out', async () => {
    const fields = [4, 0, -1].map((x, row) => `row${row}: logarithm(input: { x: ${x} }) { y twice { values } }`);
    const { data, errors } = await sendExactly(gateway, `{ predict { ${fields.join(' ')} } }`, {});
    const log4 = Math.fround(Math.log(4));
    assert.deepEqual(data.predict, {
      row0: { y: log4, twice: { values: [log4, log4] } },
      row1: { y: null, twice: { values: ['-Infinity', '-Infinity'] } },
      row2: { y: null, twice: { values: ['NaN', 'NaN'] } },
    });
    assert.deepEqual(
      errors.map(({ path, message, extensions }) => [path?.join('.'), extensions.code, message]),
      [
        ['row1', '-Infinity'],
        ['row2', 'NaN'],
      ].map(([row, value]) => [
        `predict.${row}.y`,
        'INFERENCE_FAILED',
        `The model gave ${value} for the output "y", which is no number of GraphQL; use infer.`,
      ]),
    );
    const x = { name: 'x', datatype: 'FP32', shape: [3], values: [4, 0, -1] } as const;
    const { outputs: raw } = await inferRaw(gateway, 'logarithm', [x]);
    assert.deepEqual(raw['y']?.values, [log4, '-Infinity', 'NaN']);
  });
});

describe('what does not fit is refused at its place', () => {
  for (const [datatype, { values, single, beyond }] of allCases) {
    test(`${datatype} takes none of ${beyond.map((value) => exactJson(value)).join(', ')}`, async () => {
      const name = datatype.toLowerCase();
      for (const value of beyond) {
        const shape = [1, 2];
        const { errors } = await inferRaw(gateway, name, [
          { name: 'one', datatype, shape: [1], values: [single[0]] },
          { name: 'many', datatype, shape, values: [[values[0], value]] },
        ]);
        assert.equal(errors.length, 1, `${String(value)} was taken`);
        assert.equal(errors[0]?.extensions.code, 'BAD_USER_INPUT');
        assert.equal(errors[0].extensions.details?.['input'], 'many[0][1]');
      }
    });
  }
});
