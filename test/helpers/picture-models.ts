import { model, tensorValue } from './onnx-builder.ts';

/** `pixels` FP32 [N, 3, 4, 4] → `scores` FP32 [N, 3]: the mean of each channel. */
export function channelMeansModel(): Uint8Array<ArrayBuffer> {
  return model({
    inputs: [tensorValue('pixels', 'FP32', ['N', 3, 4, 4])],
    outputs: [tensorValue('scores', 'FP32', ['N', 3])],
    nodes: [
      {
        op: 'ReduceMean',
        inputs: ['pixels'],
        outputs: ['scores'],
        attributes: { axes: { ints: [2, 3] }, keepdims: { int: 0 } },
      },
    ],
  });
}

/**
 * `images` FP32 [N, 3, 64, 64] → `output0` FP32 [N, 5, 2], as YOLOv8 has it: two boxes that are the same for every picture,
 * with its mean brightness as the score of the first and the half of it as that of the second.
 */
export function twoBoxesModel(): Uint8Array<ArrayBuffer> {
  return model({
    inputs: [tensorValue('images', 'FP32', ['N', 3, 64, 64])],
    outputs: [tensorValue('output0', 'FP32', ['N', 5, 2])],
    nodes: [
      { op: 'ReduceMean', inputs: ['images'], outputs: ['mean'], attributes: { axes: { ints: [1, 2, 3] } } },
      { op: 'Squeeze', inputs: ['mean', 'last'], outputs: ['brightness'] },
      { op: 'Mul', inputs: ['brightness', 'shares'], outputs: ['scores'] },
      { op: 'Add', inputs: ['scores', 'boxes'], outputs: ['output0'] },
    ],
    initializers: [
      { name: 'last', datatype: 'INT64', shape: [1], data: BigInt64Array.of(3n) },
      { name: 'shares', datatype: 'FP32', shape: [1, 5, 2], data: Float32Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 0.5) },
      {
        name: 'boxes',
        datatype: 'FP32',
        shape: [1, 5, 2],
        data: Float32Array.of(16, 48, 32, 32, 16, 8, 8, 8, 0, 0),
      },
    ],
  });
}
