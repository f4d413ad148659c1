import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { base64ToTensor, decodeBase64, tensorToBase64 } from '../../../src/tensors/base64.ts';
import type { Tensor } from '../../../src/tensors/tensor.ts';
import { arbitraryTensor, everyDatatype } from '../../helpers/arbitrary-tensor.ts';
import { refusal } from '../../helpers/refusal.ts';

const floats = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer).toString('base64');

describe('base64 of each datatype', () => {
  for (const datatype of everyDatatype.filter((word) => word !== 'BYTES')) {
    test(`${datatype}: a tensor comes back from its bytes, of any shape`, () => {
      fc.assert(
        fc.property(arbitraryTensor(datatype), fc.boolean(), (tensor, padded) => {
          const base64 = tensorToBase64(tensor) ?? '';
          const text = padded ? base64 : base64.replaceAll('=', '');
          assert.deepEqual(base64ToTensor(text, datatype, tensor.shape, 'x'), tensor);
        }),
      );
    });
  }

  test('strings have no bytes of a fixed size', () => {
    assert.equal(tensorToBase64({ datatype: 'BYTES', shape: [1], data: ['a'] }), null);
    assert.throws(() => base64ToTensor('YQ==', 'BYTES', [1], 'x'), refusal('WRONG_DATATYPE', 'x'));
  });

  test('a tensor that is a part of a larger buffer gives its own bytes alone', () => {
    const part: Tensor = { datatype: 'FP32', shape: [2], data: Float32Array.of(1, 2, 3, 4).subarray(1, 3) };
    assert.equal(tensorToBase64(part), floats(2, 3));
  });

  test('the memory is its own and aligned for elements of eight bytes', () => {
    const { data } = base64ToTensor(Buffer.alloc(24).toString('base64'), 'INT64', [3], 'x');
    assert.ok(data instanceof BigInt64Array);
    assert.equal(data.buffer.byteLength, 24);
  });
});

describe('base64 that is refused', () => {
  const broken = [
    'AAA*',
    'AA A',
    'AAAA\n',
    'AA-_',
    'A',
    'AAAAA',
    'AA=',
    'AAA==',
    'A===',
    '====',
    '=',
    'AA==AA==',
    'äAAA',
    'A\0AA',
  ];
  for (const text of broken) {
    test(`${JSON.stringify(text)} is no base64`, () => {
      assert.throws(() => decodeBase64(text, 'x'), refusal('INVALID_BASE64', 'x'));
    });
  }

  test('whatever is accepted is exactly RFC 4648 with optional padding', () => {
    const alphabet = fc.constantFrom('A', 'Z', 'a', 'z', '0', '9', '+', '/', '=', '-', '_', ' ', '\n', '*', 'é');
    fc.assert(
      fc.property(fc.string({ unit: alphabet, maxLength: 12 }), (text) => {
        const valid = /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}(==)?|[A-Za-z0-9+/]{3}=?)?$/.test(text);
        let accepted = true;
        try {
          assert.deepEqual(decodeBase64(text, 'x'), new Uint8Array(Buffer.from(text, 'base64')));
        } catch {
          accepted = false;
        }
        assert.equal(accepted, valid, text);
      }),
      { numRuns: 2000 },
    );
  });

  test('the message points at the first character outside the alphabet', () => {
    assert.throws(() => decodeBase64('AAAA*AAA', 'x'), refusal('INVALID_BASE64', 'x', /"\*" at character 5/));
  });

  test('bytes must fill the shape exactly', () => {
    assert.throws(
      () => base64ToTensor(floats(1, 2, 3), 'FP32', [2], 'x'),
      refusal('WRONG_LENGTH', 'x', /8 bytes .* got 12/),
    );
    assert.throws(() => base64ToTensor('AAAA', 'FP32', [1], 'x'), refusal('WRONG_LENGTH', 'x'));
    assert.throws(() => base64ToTensor('AAAA', 'FP32', [null], 'x'), refusal('WRONG_LENGTH', 'x'));
    assert.throws(() => base64ToTensor('', 'FP32', [1], 'x'), refusal('WRONG_LENGTH', 'x'));
  });

  test('booleans are bytes 0 and 1', () => {
    assert.throws(() => base64ToTensor('AAEC', 'BOOL', [3], 'x'), refusal('OUT_OF_RANGE', 'x', /2 at byte 3/));
  });

  test('a huge shape is refused before room is made for it', () => {
    assert.throws(() => base64ToTensor('AAAA', 'FP32', [2 ** 31, 2 ** 31], 'x'), refusal('WRONG_SHAPE', 'x'));
  });
});

describe('open dimensions', () => {
  test('one open dimension is found from the number of bytes, and its name is bound', () => {
    const bindings = new Map<string, number>();
    assert.deepEqual(base64ToTensor(floats(1, 2, 3, 4, 5, 6), 'FP32', ['length', 2], 'x', bindings).shape, [3, 2]);
    assert.equal(bindings.get('length'), 3);
  });

  test('a dimension that another input bound is not open', () => {
    const bindings = new Map([['length', 2]]);
    assert.throws(
      () => base64ToTensor(floats(1, 2, 3), 'FP32', ['length'], 'x', bindings),
      refusal('WRONG_LENGTH', 'x'),
    );
    assert.deepEqual(base64ToTensor(floats(1, 2), 'FP32', ['length', null], 'x', bindings).shape, [2, 1]);
  });

  test('two open dimensions cannot be told by bytes', () => {
    assert.throws(
      () => base64ToTensor(floats(1), 'FP32', [null, 'width'], 'x'),
      refusal('WRONG_SHAPE', 'x', /\[\?, width\]/),
    );
    assert.throws(() => base64ToTensor(floats(1), 'FP32', null, 'x'), refusal('WRONG_SHAPE', 'x'));
  });

  test('a size of 0 leaves an open dimension at 0', () => {
    assert.deepEqual(base64ToTensor('', 'FP32', [0, null], 'x').shape, [0, 0]);
    assert.deepEqual(base64ToTensor('', 'FP32', [null, 3], 'x').shape, [0, 3]);
  });
});
