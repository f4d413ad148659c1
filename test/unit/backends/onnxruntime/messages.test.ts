import assert from 'node:assert/strict';
import { it } from 'node:test';

import {
  type TensorMessage,
  errorFromMessage,
  errorToMessage,
  transferList,
} from '../../../../src/backends/onnxruntime/messages.ts';

const tensor = (data: TensorMessage['data']): TensorMessage => ({ name: 'x', datatype: 'FP32', shape: [1], data });

it('transfers whole buffers, each once', () => {
  const whole = Float32Array.of(1, 2);
  assert.deepEqual(transferList([tensor(whole), tensor(new Int32Array(whole.buffer))]), [whole.buffer]);
});

it('copies parts of buffers, shared memory, empty buffers and text', () => {
  const part = new Float32Array(4).subarray(1);
  const shared = new Float32Array(new SharedArrayBuffer(8));
  const pooled = Buffer.from('pooled');
  assert.deepEqual(transferList([part, shared, pooled, new Float32Array(0), ['text']].map(tensor)), []);
});

it('carries an error across with its name, message and stack', () => {
  const sent = new RangeError('too far');
  const { name, message, stack } = errorFromMessage(structuredClone(errorToMessage(sent)));
  assert.deepEqual({ name, message, stack }, { name: 'RangeError', message: 'too far', stack: sent.stack });
  assert.equal(errorFromMessage(errorToMessage('only text')).message, 'only text');
});
