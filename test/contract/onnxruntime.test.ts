import { createBackend } from '../../src/backends/index.ts';
import { model, tensorValue } from '../helpers/onnx-builder.ts';
import { failsOnNegativeModel, identityModel, slowModel } from '../helpers/onnx-models.ts';
import { testBackend } from './backend.contract.ts';

testBackend(createBackend('onnxruntime', { availableThreads: 2 }), {
  identity: (datatype) => identityModel(datatype, ['N', 2]),
  twoOutputs: model({
    inputs: [tensorValue('x', 'FP32', ['N', 1])],
    outputs: [tensorValue('double', 'FP32', ['N', 1]), tensorValue('square', 'FP32', ['N', 1])],
    nodes: [
      { op: 'Add', inputs: ['x', 'x'], outputs: ['double'] },
      { op: 'Mul', inputs: ['x', 'x'], outputs: ['square'] },
    ],
  }),
  slow: slowModel({ iterations: 5000 }),
  failsOnNegative: failsOnNegativeModel(),
  broken: identityModel().subarray(0, -10),
  unservable: model({ inputs: [tensorValue('x', 'FP32', ['N', 1])], outputs: [], nodes: [] }),
});
