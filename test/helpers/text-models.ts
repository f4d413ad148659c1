import { type InitializerSpec, model, tensorValue } from './onnx-builder.ts';

const width = 4;

/**
 * A small model of texts that needs its mask: `input_ids` and `attention_mask` INT64 [N, sequence] → `last_hidden_state`
 * FP32 [N, sequence, 4], each token's embedding plus the mean of those that the mask has, and `logits` FP32 [N, 2], made
 * of that mean. Ids are below `vocabulary`.
 */
export function maskedTextModel({ vocabulary = 600 } = {}): Uint8Array<ArrayBuffer> {
  return model({
    inputs: ['input_ids', 'attention_mask'].map((name) => tensorValue(name, 'INT64', ['batch', 'sequence'])),
    outputs: [
      tensorValue('last_hidden_state', 'FP32', ['batch', 'sequence', width]),
      tensorValue('logits', 'FP32', ['batch', 2]),
    ],
    nodes: [
      { op: 'Gather', inputs: ['table', 'input_ids'], outputs: ['tokens'] },
      { op: 'Cast', inputs: ['attention_mask'], outputs: ['mask'], attributes: { to: { int: 1 } } },
      { op: 'Unsqueeze', inputs: ['mask', 'last'], outputs: ['column'] },
      { op: 'Mul', inputs: ['tokens', 'column'], outputs: ['own'] },
      { op: 'ReduceSum', inputs: ['own', 'sequence'], outputs: ['sum'] },
      { op: 'ReduceSum', inputs: ['column', 'sequence'], outputs: ['count'] },
      { op: 'Div', inputs: ['sum', 'count'], outputs: ['mean'] },
      { op: 'Add', inputs: ['tokens', 'mean'], outputs: ['last_hidden_state'] },
      { op: 'Squeeze', inputs: ['mean', 'sequence'], outputs: ['flat'] },
      { op: 'MatMul', inputs: ['flat', 'weights'], outputs: ['logits'] },
    ],
    initializers: [
      floats('table', [vocabulary, width], (index) => Math.sin(index * 1.7)),
      floats('weights', [width, 2], (index) => Math.cos(index * 2.3)),
      { name: 'last', datatype: 'INT64', shape: [1], data: BigInt64Array.of(-1n) },
      { name: 'sequence', datatype: 'INT64', shape: [1], data: BigInt64Array.of(1n) },
    ],
  });
}

/** `text` BYTES [N, 1] → `scores` FP32 [N, 2]: 1 and 0 for the text `spam`, 0 and 1 for every other. */
export function stringModel(): Uint8Array<ArrayBuffer> {
  return model({
    opsets: { '': 17, 'ai.onnx.ml': 3 },
    inputs: [tensorValue('text', 'BYTES', ['N', 1])],
    outputs: [tensorValue('scores', 'FP32', ['N', 2])],
    nodes: [
      {
        op: 'LabelEncoder',
        domain: 'ai.onnx.ml',
        inputs: ['text'],
        outputs: ['spam'],
        attributes: {
          keys_strings: { strings: ['spam'] },
          values_floats: { floats: [1] },
          default_float: { float: 0 },
        },
      },
      { op: 'Sub', inputs: ['one', 'spam'], outputs: ['ham'] },
      { op: 'Concat', inputs: ['spam', 'ham'], outputs: ['scores'], attributes: { axis: { int: 1 } } },
    ],
    initializers: [floats('one', [1], () => 1)],
  });
}

function floats(name: string, shape: readonly number[], valueAt: (index: number) => number): InitializerSpec {
  const count = shape.reduce((one, other) => one * other, 1);
  return { name, datatype: 'FP32', shape, data: Float32Array.from({ length: count }, (_, index) => valueAt(index)) };
}
