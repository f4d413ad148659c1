import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type GraphQLObjectType, printType } from 'graphql';
import { GatewayError } from '../../../src/errors.ts';
import type { RowPort } from '../../../src/tasks/row-signature.ts';
import type { TaskInput } from '../../../src/tasks/task.ts';
import { tensorTask } from '../../../src/tasks/tensor.ts';
import type { NamedTensors, Tensor } from '../../../src/tensors/tensor.ts';
import { tensorToValues } from '../../../src/tensors/values.ts';
import { arbitraryTensor, everyDatatype } from '../../helpers/arbitrary-tensor.ts';
import { refusal } from '../../helpers/refusal.ts';
import { anyRow, taskContext } from '../../helpers/shared-types.ts';

function port(name: string, datatype: RowPort['datatype'], shape: RowPort['shape']): RowPort {
  return { name, datatype, shape };
}

const inputs = [
  port('ids', 'INT64', ['length']),
  port('mask', 'BOOL', ['length']),
  port('input:0', 'FP32', [2, 2]),
  port('age', 'UINT8', [1]),
  port('id', 'INT64', []),
  port('name', 'BYTES', [1]),
];
const outputs = [
  port('logits', 'FP32', [3]),
  port('meta', 'FP32', [1]),
  port('class', 'INT64', []),
  port('ok', 'BOOL', []),
];
const bound = tensorTask.bind(taskContext(inputs, outputs));
const good: TaskInput = {
  ids: [1, 2],
  mask: [true, false],
  input_0: [
    [1, 2],
    [3, 4],
  ],
  age: 30,
  id: 7n,
  name: 'a',
};

function encode(changes: object): NamedTensors {
  const row = bound.encode({ ...good, ...changes });
  assert.ok(!(row instanceof Promise));
  return row.tensors;
}

function resolveField(type: GraphQLObjectType, name: string, source: object): unknown {
  const field = type.getFields()[name];
  assert.ok(field);
  return field.resolve === undefined
    ? (source as Record<string, unknown>)[name]
    : field.resolve(source, {}, undefined, undefined as never);
}

describe('types', () => {
  test('each input is a field: plain values for single elements, tensors for all else', () => {
    const fields = Object.values(bound.inputType.getFields()).map(({ name, type }) => `${name}: ${String(type)}`);
    assert.deepEqual(fields, [
      'ids: IntTensor!',
      'mask: BooleanTensor!',
      'input_0: FloatTensor!',
      'age: Int!',
      'id: Int64!',
      'name: String!',
    ]);
  });

  test('each output is a field, and the one that is called meta gives way to that of the interface', () => {
    const fields = Object.values(bound.outputType.getFields()).map(({ name, type }) => `${name}: ${String(type)}`);
    assert.deepEqual(fields, [
      'logits: Tensor!',
      'meta_: Float',
      'class: Int64!',
      'ok: Boolean!',
      'meta: PredictionMeta!',
    ]);
    assert.match(printType(bound.outputType), /type IrisPrediction implements Prediction/);
  });

  test('descriptions say datatype, shape and the original name', () => {
    assert.equal(
      bound.inputType.getFields()['input_0']?.description,
      "FP32 of shape [2, 2], `input:0` in the model's file.",
    );
    assert.equal(bound.inputType.getFields()['ids']?.description, 'INT64 of shape [length].');
    assert.equal(bound.features[2]?.originalName, 'input:0');
  });

  test('the manifest can say what an input is, and in which unit', () => {
    const manifest = { features: [{ name: 'age', description: 'Age.', unit: 'years' }] };
    const feature = tensorTask.bind(taskContext(inputs, outputs, manifest)).features[3];
    assert.equal(feature?.description, 'Age. One UINT8, in years.');
    assert.equal(feature?.unit, 'years');
  });

  test('the manifest can give an example of a single value', () => {
    const features = [
      { name: 'age', unit: 'years', example: 30 },
      { name: 'id', example: '9007199254740993' },
    ];
    const described = tensorTask.bind(taskContext(inputs, outputs, { features })).features;
    assert.equal(described[3]?.description, 'One UINT8, in years. Example: 30.');
    assert.equal(described[4]?.description, 'One INT64. Example: "9007199254740993".');
  });

  for (const [features, message] of [
    [
      [{ name: 'age', example: 256 }],
      /The example of the feature "age" is 256, and the feature takes an integer from 0 to 255\./,
    ],
    [[{ name: 'age', example: '1' }], /"age" is "1", and the feature takes an integer from 0 to 255/],
    [
      [{ name: 'ids', example: 1 }],
      /The feature "ids" has an example, which is one value, and its input takes a tensor/,
    ],
    [[{ name: 'age' }, { name: 'years', input: 'age' }], /two features for the input "age"/],
    [[{ name: 'height' }], /"height" is no input of the model; its inputs are ids, mask/],
    [[{ name: 'age', max: 3 }], /takes no max for the feature "age"/],
    [[{ name: 'age', nullable: true }], /takes no nullable/],
  ] as const) {
    test(`the manifest is refused with ${JSON.stringify(features)}`, () => {
      assert.throws(() => tensorTask.bind(taskContext(inputs, outputs, { features })), message);
    });
  }

  test('two inputs whose names fall together are refused with both', () => {
    const clash = [port('x:0', 'FP32', [2]), port('x.0', 'FP32', [2])];
    assert.throws(() => tensorTask.bind(taskContext(clash, outputs)), /"x:0" and "x\.0"/);
    assert.throws(
      () => tensorTask.bind(taskContext(inputs, [port('meta', 'FP32', []), port('meta_', 'FP32', [])])),
      /"meta" and "meta_"/,
    );
  });
});

describe('encode', () => {
  test('makes a tensor for every input, in its own shape', () => {
    const row = encode({});
    assert.deepEqual([...row.keys()].toSorted(), inputs.map(({ name }) => name).toSorted());
    assert.deepEqual(row.get('ids'), { datatype: 'INT64', shape: [2], data: BigInt64Array.of(1n, 2n) });
    assert.deepEqual(row.get('age'), { datatype: 'UINT8', shape: [1], data: Uint8Array.of(30) });
    assert.deepEqual(row.get('id'), { datatype: 'INT64', shape: [], data: BigInt64Array.of(7n) });
    assert.deepEqual(row.get('name'), { datatype: 'BYTES', shape: [1], data: ['a'] });
  });

  test('takes base64 for a tensor, and finds open dimensions that another input tells', () => {
    const base64 = Buffer.from(BigInt64Array.of(5n, 6n).buffer).toString('base64');
    assert.deepEqual(encode({ ids: base64 }).get('ids'), {
      datatype: 'INT64',
      shape: [2],
      data: BigInt64Array.of(5n, 6n),
    });
    assert.throws(() => encode({ ids: base64, mask: [true] }), refusal('WRONG_LENGTH', 'ids'));
  });

  for (const [what, changes, check] of [
    ['a missing input', { ids: undefined }, refusal('MISSING', 'ids')],
    ['an unknown name', { weight: 1 }, refusal('UNKNOWN_NAME', 'weight')],
    ['__proto__ as a key', JSON.parse('{"__proto__": 1}') as object, refusal('UNKNOWN_NAME', '__proto__')],
    ['a number for a string', { name: 3 }, refusal('WRONG_TYPE', 'name')],
    ['a string for a number', { age: 'x' }, refusal('WRONG_TYPE', 'age')],
    ['an element out of range', { age: 256 }, refusal('OUT_OF_RANGE', 'age')],
    ['NUL in a string', { name: 'a\0' }, refusal('INVALID_TEXT', 'name')],
    ['the wrong length', { input_0: [[1, 2], [3]] }, refusal('WRONG_LENGTH', 'input_0[1]')],
    ['the wrong shape', { input_0: [1, 2, 3, 4] }, refusal('WRONG_LENGTH', 'input_0')],
    ['lengths that disagree', { mask: [true] }, refusal('WRONG_LENGTH', 'mask')],
    ['bad base64', { input_0: 'no base64' }, refusal('INVALID_BASE64', 'input_0')],
    ['null', { ids: null }, refusal('WRONG_SHAPE', 'ids')],
    ['an element that is null', { ids: [1, null] }, refusal('WRONG_TYPE', 'ids[1]')],
  ] as const) {
    test(`refuses ${what}`, () => {
      assert.throws(() => encode(changes), check);
    });
  }

  for (const datatype of everyDatatype) {
    test(`${datatype}: every tensor that can be given arrives`, () => {
      fc.assert(
        fc.property(arbitraryTensor(datatype), (tensor) => {
          const single = tensor.shape.length === 0 || (tensor.shape.length === 1 && tensor.shape[0] === 1);
          if (single) return;
          const task = tensorTask.bind(taskContext([port('x', datatype, tensor.shape)], outputs));
          const row = task.encode({ x: tensorToValues(tensor) });
          assert.ok(!(row instanceof Promise));
          assert.deepEqual(tensorToValues(row.tensors.get('x') as Tensor), tensorToValues(tensor));
        }),
      );
    });
  }
});

describe('decode', () => {
  const float = (value: number): Tensor => ({ datatype: 'FP32', shape: [1], data: Float32Array.of(value) });
  const row: NamedTensors = new Map<string, Tensor>([
    ['logits', { datatype: 'FP32', shape: [3], data: Float32Array.of(1, 2, 3) }],
    ['meta', float(0.5)],
    ['class', { datatype: 'INT64', shape: [], data: BigInt64Array.of(2n ** 60n) }],
    ['ok', { datatype: 'BOOL', shape: [], data: Uint8Array.of(1) }],
  ]);

  test('gives tensors as they are and single elements as plain values', () => {
    assert.deepEqual(bound.decode(row, anyRow), { logits: row.get('logits'), meta_: 0.5, class: 2n ** 60n, ok: true });
  });

  test('half-precision numbers are numbers', () => {
    const task = tensorTask.bind(taskContext(inputs, [port('h', 'FP16', [])]));
    const half: Tensor = { datatype: 'FP16', shape: [], data: Uint16Array.of(0x3c00) };
    assert.deepEqual(task.decode(new Map([['h', half]]), anyRow), { h: 1 });
  });

  test('only the outputs that are selected are asked for', () => {
    assert.deepEqual(bound.outputsFor(new Set(['meta_', 'ok'])), ['meta', 'ok']);
    assert.deepEqual(bound.outputsFor(new Set(['meta', '__typename'])), []);
    assert.deepEqual(bound.decode(new Map([['meta', float(1)]]), anyRow), { meta_: 1 });
  });

  test('NaN in a single float fails that field alone', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const source = bound.decode(new Map([['meta', float(value)]]), anyRow);
      assert.throws(
        () => resolveField(bound.outputType, 'meta_', source),
        (error) =>
          error instanceof GatewayError && error.code === 'INFERENCE_FAILED' && error.message.includes(String(value)),
      );
    }
    assert.equal(resolveField(bound.outputType, 'meta_', bound.decode(row, anyRow)), 0.5);
  });

  test('an output that is larger than its file declares is a failure of the model', () => {
    const wide: Tensor = { datatype: 'FP32', shape: [2], data: Float32Array.of(1, 2) };
    assert.throws(() => bound.decode(new Map([['meta', wide]]), anyRow), /2 elements for the output "meta"/);
  });
});
