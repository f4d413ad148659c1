import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { fromHalfBits } from '../../../src/tensors/half-precision.ts';
import type { DimensionBindings } from '../../../src/tensors/shape.ts';
import type { Tensor } from '../../../src/tensors/tensor.ts';
import { tensorToValues, valuesToTensor } from '../../../src/tensors/values.ts';
import { arbitraryTensor, everyDatatype } from '../../helpers/arbitrary-tensor.ts';
import { refusal } from '../../helpers/refusal.ts';

/** Halves as numbers: their NaNs have many bits, which JSON does not tell apart. */
function comparable(tensor: Tensor): unknown {
  const halves = tensor.datatype === 'FP16' && tensor.data instanceof Uint16Array;
  return { ...tensor, data: halves ? Array.from(fromHalfBits(tensor.data)) : tensor.data };
}

/** What a value becomes on its way through JSON. */
function throughJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll('-0', '0')) as unknown;
}

describe('values of each datatype', () => {
  for (const datatype of everyDatatype) {
    test(`${datatype}: a tensor comes back from its values, of any shape`, () => {
      fc.assert(
        fc.property(arbitraryTensor(datatype), (tensor) => {
          const back = valuesToTensor(tensorToValues(tensor), datatype, tensor.shape, 'x');
          assert.deepEqual(comparable(back), comparable(tensor));
        }),
      );
    });

    test(`${datatype}: values are JSON`, () => {
      fc.assert(
        fc.property(arbitraryTensor(datatype), (tensor) => {
          if (datatype === 'BYTES') return;
          assert.doesNotThrow(() => valuesToTensor(throughJson(tensorToValues(tensor)), datatype, tensor.shape, 'x'));
        }),
      );
    });

    test(`${datatype}: a flat list in row-major order is the same tensor, where it is allowed`, () => {
      fc.assert(
        fc.property(arbitraryTensor(datatype), (tensor) => {
          const flat = tensorToValues({ ...tensor, shape: [tensor.data.length] });
          const back = valuesToTensor(flat, datatype, tensor.shape, 'x', { allowFlat: true });
          assert.deepEqual(comparable(back), comparable(tensor));
        }),
      );
    });
  }
});

describe('integers', () => {
  test('64-bit extremes are decimal strings both ways', () => {
    const values = ['-9223372036854775808', '9223372036854775807', 9_007_199_254_740_991, '9007199254740992'];
    const tensor = valuesToTensor(values, 'INT64', [4], 'x');
    assert.deepEqual(tensor.data, BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n - 1n, 2n ** 53n));
    assert.deepEqual(tensorToValues(tensor), values);
  });

  test('a number beyond 2^53 is refused, since it may stand for another integer', () => {
    assert.throws(
      () => valuesToTensor([1, 2 ** 53], 'INT64', [2], 'x'),
      refusal('OUT_OF_RANGE', 'x[1]', /decimal string/),
    );
  });

  const outside: [Parameters<typeof valuesToTensor>[1], unknown][] = [
    ['INT8', 128],
    ['INT8', -129],
    ['UINT8', 256],
    ['UINT8', -1],
    ['UINT16', 65_536],
    ['INT32', 2 ** 31],
    ['UINT32', -1],
    ['INT64', '9223372036854775808'],
    ['UINT64', '18446744073709551616'],
    ['UINT64', -1],
    ['INT32', 10n ** 20n],
  ];
  for (const [datatype, value] of outside) {
    test(`${datatype} refuses ${String(value)} as out of range`, () => {
      assert.throws(() => valuesToTensor([value], datatype, [1], 'x'), refusal('OUT_OF_RANGE', 'x[0]'));
    });
  }

  for (const value of [1.5, '1', true, null, {}, 'abc', Number.NaN]) {
    test(`INT32 refuses ${JSON.stringify(value)} as of the wrong type`, () => {
      assert.throws(() => valuesToTensor([0, value], 'INT32', [2], 'x'), refusal('WRONG_TYPE', 'x[1]'));
    });
  }

  test('a very long decimal string is refused without being converted', () => {
    assert.throws(() => valuesToTensor('9'.repeat(1e6), 'INT64', [], 'x'), refusal('WRONG_TYPE', 'x'));
  });
});

describe('floats', () => {
  test('NaN and the infinities are strings both ways', () => {
    const words = ['NaN', 'Infinity', '-Infinity', 1.5];
    for (const datatype of ['FP16', 'FP32', 'FP64'] as const) {
      assert.deepEqual(tensorToValues(valuesToTensor(words, datatype, [4], 'x')), words);
    }
  });

  test('a number that rounds to infinity is refused; the greatest ones are not', () => {
    assert.equal(valuesToTensor(3.402_823_5e38, 'FP32', [], 'x').data[0], 3.402_823_466_385_288_6e38);
    assert.throws(() => valuesToTensor(3.402_823_6e38, 'FP32', [], 'x'), refusal('OUT_OF_RANGE', 'x', /fits FP32/));
    assert.equal(valuesToTensor(65_519, 'FP16', [], 'x').data[0], 0x7bff);
    assert.throws(() => valuesToTensor(-65_520, 'FP16', [], 'x'), refusal('OUT_OF_RANGE', 'x'));
    assert.throws(() => valuesToTensor(JSON.parse('1e999'), 'FP64', [], 'x'), refusal('OUT_OF_RANGE', 'x'));
  });

  for (const value of ['1.5', 'nan', '', true, null, {}]) {
    test(`FP32 refuses ${JSON.stringify(value)} as of the wrong type`, () => {
      assert.throws(() => valuesToTensor([[0], [value]], 'FP32', [2, 1], 'x'), refusal('WRONG_TYPE', 'x[1][0]'));
    });
  }
});

describe('booleans and strings', () => {
  test('booleans are no numbers', () => {
    assert.throws(() => valuesToTensor([true, 1], 'BOOL', [2], 'x'), refusal('WRONG_TYPE', 'x[1]'));
    assert.throws(() => valuesToTensor('true', 'BOOL', [], 'x'), refusal('WRONG_TYPE', 'x'));
  });

  test('a string with NUL is refused, because the runtime would cut it there', () => {
    assert.throws(() => valuesToTensor(['a', 'b\0c'], 'BYTES', [2], 'x'), refusal('INVALID_TEXT', 'x[1]', /NUL/));
  });

  test('a lone surrogate is refused, because it has no UTF-8', () => {
    assert.throws(() => valuesToTensor(['\ud83d'], 'BYTES', [1], 'x'), refusal('INVALID_TEXT', 'x[0]'));
    assert.deepEqual(valuesToTensor(['\ud83d\ude00'], 'BYTES', [1], 'x').data, ['😀']);
  });
});

describe('shapes', () => {
  test('a scalar is the bare value', () => {
    assert.deepEqual(valuesToTensor(2, 'FP32', [], 'x'), { datatype: 'FP32', shape: [], data: Float32Array.of(2) });
    assert.throws(() => valuesToTensor([2], 'FP32', [], 'x'), refusal('WRONG_SHAPE', 'x', /a bare value/));
  });

  test('a list of the wrong length is refused at its place', () => {
    assert.throws(
      () => valuesToTensor([1, 2, 3], 'FP32', [4], 'x'),
      refusal('WRONG_LENGTH', 'x', /list of 4, got a list of 3/),
    );
    assert.throws(() => valuesToTensor([[1, 2], [3]], 'FP32', [2, 2], 'pixels'), refusal('WRONG_LENGTH', 'pixels[1]'));
    assert.throws(() => valuesToTensor([[1], [2, 3]], 'FP32', null, 'x'), refusal('WRONG_LENGTH', 'x[1]'));
  });

  test('lists that are too flat or too deep are refused at their place', () => {
    assert.throws(() => valuesToTensor([1, 2], 'FP32', [2, 2], 'x'), refusal('WRONG_SHAPE', 'x[0]', /a list/));
    assert.throws(() => valuesToTensor([[1], 2], 'FP32', [2, 1], 'x'), refusal('WRONG_SHAPE', 'x[1]'));
    assert.throws(() => valuesToTensor([[[1]]], 'FP32', [1, 1], 'x'), refusal('WRONG_SHAPE', 'x[0][0]'));
    assert.throws(() => valuesToTensor([[1, [2]]], 'FP32', [1, 2], 'x'), refusal('WRONG_SHAPE', 'x[0][1]'));
    assert.throws(() => valuesToTensor(7, 'FP32', [1], 'x'), refusal('WRONG_SHAPE', 'x'));
  });

  test('lists nested a hundred thousand deep are refused and not followed', () => {
    let deep: unknown = [1];
    for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
    assert.throws(() => valuesToTensor(deep, 'FP32', null, 'x'), refusal('WRONG_SHAPE', 'x'));
    assert.throws(() => valuesToTensor(deep, 'FP32', [1], 'x'), refusal('WRONG_SHAPE', 'x[0]'));
  });

  test('equal names of dimensions must agree within one row', () => {
    const bindings: DimensionBindings = new Map();
    assert.deepEqual(valuesToTensor([[1, 2, 3]], 'INT32', ['lines', 'length'], 'ids', { bindings }).shape, [1, 3]);
    assert.deepEqual(
      [...bindings],
      [
        ['lines', 1],
        ['length', 3],
      ],
    );
    assert.throws(
      () => valuesToTensor([1, 1], 'INT32', ['length'], 'mask', { bindings }),
      refusal('WRONG_LENGTH', 'mask', /the dimension "length"/),
    );
  });

  test('the same name twice in one shape must agree', () => {
    const square = (values: unknown) => valuesToTensor(values, 'INT32', ['n', 'n'], 'x', { bindings: new Map() });
    assert.deepEqual(
      square([
        [1, 2],
        [3, 4],
      ]).shape,
      [2, 2],
    );
    assert.throws(
      () =>
        square([
          [1, 2, 3],
          [4, 5, 6],
        ]),
      refusal('WRONG_LENGTH', 'x[0]'),
    );
  });

  test('below an empty list the sizes are those that are known', () => {
    assert.deepEqual(valuesToTensor([], 'FP32', [null, 3], 'x').shape, [0, 3]);
    assert.deepEqual(valuesToTensor([], 'FP32', null, 'x').shape, [0]);
    assert.deepEqual(valuesToTensor([[], []], 'FP32', null, 'x').shape, [2, 0]);
  });

  test('a few ragged lists do not claim the product of their lengths', () => {
    const wide = Array.from({ length: 40_000 }, () => []);
    const values = [wide, ...Array.from({ length: 40_000 }, () => [])];
    assert.throws(() => valuesToTensor(values, 'FP64', [null, null, null], 'x'), refusal('WRONG_SHAPE', 'x'));
    const ragged = [Array.from({ length: 30_000 }, () => 0), ...Array.from({ length: 30_000 }, () => [])];
    assert.throws(() => valuesToTensor(ragged, 'FP64', null, 'x'), refusal('WRONG_LENGTH', 'x[1]'));
  });

  test('a flat list needs the whole shape and exactly as many elements', () => {
    const flat = { allowFlat: true };
    assert.deepEqual(valuesToTensor([7], 'INT32', [], 'x', flat).shape, []);
    assert.throws(() => valuesToTensor([1, 2, 3], 'INT32', [2, 2], 'x', flat), refusal('WRONG_LENGTH', 'x'));
    assert.throws(() => valuesToTensor([1, 2, 3], 'INT32', [1, 4], 'x', flat), {
      message: 'x: expected 4 elements, nested for the shape [1, 4] or in one flat list, got a flat list of 3.',
    });
    assert.throws(() => valuesToTensor([1, 2, 'a', 4], 'INT32', [2, 2], 'x', flat), refusal('WRONG_TYPE', 'x[2]'));
  });

  for (const shape of [[-1], [1.5], [2 ** 31, 2 ** 31], [0, 2 ** 30], [Number.NaN]]) {
    test(`the shape [${shape.join(', ')}] is refused`, () => {
      assert.throws(
        () => valuesToTensor([], 'FP32', shape, 'x', { allowFlat: true }),
        (error: Error) => /x: expected/.test(error.message),
      );
    });
  }

  test('messages of large values stay short', () => {
    const values = Array.from({ length: 100 }, () => Array.from({ length: 1000 }, () => 'text'));
    assert.throws(
      () => valuesToTensor(values, 'FP32', [100], 'x'),
      (error: Error) => error.message.length < 200 && /a list of 1000/.test(error.message),
    );
  });
});
