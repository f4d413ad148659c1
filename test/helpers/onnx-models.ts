import type { Datatype } from '../../src/tensors/datatypes.ts';
import { type InitializerSpec, type NodeSpec, type ShapeSpec, model, tensorValue } from './onnx-builder.ts';

/** `x` → `y`, unchanged. */
export function identityModel(datatype: Datatype = 'FP32', shape: ShapeSpec = ['N', 4]): Uint8Array<ArrayBuffer> {
  return model({
    inputs: [tensorValue('x', datatype, shape)],
    outputs: [tensorValue('y', datatype, shape)],
    nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
  });
}

/** `x` FP32 [N, width] → `y` FP32 [N, width], where y = scale · x + offset. */
export function affineModel({ scale = 2, offset = 1, width = 3 } = {}): Uint8Array<ArrayBuffer> {
  return model({
    inputs: [tensorValue('x', 'FP32', ['N', width])],
    outputs: [tensorValue('y', 'FP32', ['N', width])],
    nodes: [
      { op: 'Mul', inputs: ['x', 'scale'], outputs: ['scaled'] },
      { op: 'Add', inputs: ['scaled', 'offset'], outputs: ['y'] },
    ],
    initializers: [scalar('scale', scale), scalar('offset', offset)],
  });
}

/**
 * Dense layers with ReLU between them, with made-up weights: `x` FP32 [N, sizes[0]] → `y` FP32 [N, sizes.at(-1)].
 * The same seed makes the same bytes.
 */
export function mlpModel(sizes: readonly number[], { seed = 1 } = {}): Uint8Array<ArrayBuffer> {
  const random = randomNumbers(seed);
  const nodes: NodeSpec[] = [];
  const initializers = [];
  let last = 'x';
  for (let layer = 0; layer + 1 < sizes.length; layer += 1) {
    const [rows = 1, columns = 1] = [sizes[layer], sizes[layer + 1]];
    const scale = 2 / Math.sqrt(rows);
    const weights = Float32Array.from({ length: rows * columns }, () => (random() - 0.5) * scale);
    initializers.push(
      { name: `weights${layer}`, datatype: 'FP32' as const, shape: [rows, columns], data: weights },
      { name: `bias${layer}`, datatype: 'FP32' as const, shape: [columns], data: new Float32Array(columns) },
    );
    const isLast = layer + 2 === sizes.length;
    const sum = isLast ? 'y' : `sum${layer}`;
    nodes.push({ op: 'Gemm', inputs: [last, `weights${layer}`, `bias${layer}`], outputs: [sum] });
    if (!isLast) nodes.push({ op: 'Relu', inputs: [sum], outputs: [`hidden${layer}`] });
    last = `hidden${layer}`;
  }
  return model({
    inputs: [tensorValue('x', 'FP32', ['N', sizes[0] ?? 1])],
    outputs: [tensorValue('y', 'FP32', ['N', sizes.at(-1) ?? 1])],
    nodes,
    initializers,
  });
}

/**
 * `x` FP32 [N, 1] → `y` = x, after `iterations` products of 64 × 64 matrices: the time of a call grows with
 * `iterations` (5 to 10 µs each) and hardly with N. The products depend on `x`, so that none is computed ahead.
 */
export function slowModel({ iterations = 1000 } = {}): Uint8Array<ArrayBuffer> {
  const { nodes, initializers } = matrixLoop('iterations');
  return model({
    inputs: [tensorValue('x', 'FP32', ['N', 1])],
    outputs: [tensorValue('y', 'FP32', ['N', 1])],
    nodes: [...nodes, { op: 'Add', inputs: ['x', 'nothing'], outputs: ['y'] }],
    initializers: [
      ...initializers,
      { name: 'iterations', datatype: 'INT64', shape: [], data: BigInt64Array.of(BigInt(iterations)) },
    ],
  });
}

/** Makes `nothing`, which is 0, of `x` by as many products of matrices as the INT64 scalar `iterations` says. */
function matrixLoop(iterations: string) {
  const size = 64;
  const nodes: NodeSpec[] = [
    { op: 'ReduceSum', inputs: ['x'], outputs: ['sum'], attributes: { keepdims: { int: 0 } } },
    { op: 'Add', inputs: ['matrix', 'sum'], outputs: ['start'] },
    {
      op: 'Loop',
      inputs: [iterations, '', 'start'],
      outputs: ['end'],
      attributes: {
        body: {
          graph: {
            inputs: [
              tensorValue('iteration', 'INT64', []),
              tensorValue('conditionIn', 'BOOL', []),
              tensorValue('stateIn', 'FP32', [size, size]),
            ],
            outputs: [tensorValue('conditionOut', 'BOOL', []), tensorValue('stateOut', 'FP32', [size, size])],
            nodes: [
              { op: 'Identity', inputs: ['conditionIn'], outputs: ['conditionOut'] },
              { op: 'MatMul', inputs: ['stateIn', 'matrix'], outputs: ['product'] },
              { op: 'Clip', inputs: ['product', 'low', 'high'], outputs: ['stateOut'] },
            ],
          },
        },
      },
    },
    { op: 'ReduceMean', inputs: ['end'], outputs: ['mean'], attributes: { keepdims: { int: 0 } } },
    { op: 'Mul', inputs: ['mean', 'zero'], outputs: ['nothing'] },
  ];
  const initializers: InitializerSpec[] = [
    { name: 'matrix', datatype: 'FP32', shape: [size, size], data: new Float32Array(size * size).fill(1 / size) },
    scalar('low', -1),
    scalar('high', 1),
    scalar('zero', 0),
  ];
  return { nodes, initializers };
}

/**
 * `x` FP32 [N] and `iterations` INT64 [N] → `y` = x. A call takes as long as `slowModel` does with the greatest number of
 * iterations among its rows, and fails at run time if any `x` is negative.
 */
export function pacedModel(): Uint8Array<ArrayBuffer> {
  const { nodes, initializers } = matrixLoop('most');
  return model({
    inputs: [tensorValue('x', 'FP32', ['N']), tensorValue('iterations', 'INT64', ['N'])],
    outputs: [tensorValue('y', 'FP32', ['N'])],
    nodes: [
      { op: 'ReduceMax', inputs: ['iterations'], outputs: ['most'], attributes: { keepdims: { int: 0 } } },
      { op: 'Less', inputs: ['x', 'zero'], outputs: ['isNegative'] },
      { op: 'Where', inputs: ['isNegative', 'outside', 'inside'], outputs: ['index'] },
      { op: 'Gather', inputs: ['table', 'index'], outputs: ['factor'] },
      { op: 'Mul', inputs: ['x', 'factor'], outputs: ['checked'] },
      ...nodes,
      { op: 'Add', inputs: ['checked', 'nothing'], outputs: ['y'] },
    ],
    initializers: [
      ...initializers,
      { name: 'outside', datatype: 'INT64', shape: [], data: BigInt64Array.of(1_000_000n) },
      { name: 'inside', datatype: 'INT64', shape: [], data: BigInt64Array.of(0n) },
      { name: 'table', datatype: 'FP32', shape: [1], data: Float32Array.of(1) },
    ],
  });
}

/** `x` FP32 [N, 1] → `y` = 2 · x; a call fails at run time if any value of the batch is negative. */
export function failsOnNegativeModel(): Uint8Array<ArrayBuffer> {
  return model({
    inputs: [tensorValue('x', 'FP32', ['N', 1])],
    outputs: [tensorValue('y', 'FP32', ['N', 1])],
    nodes: [
      { op: 'Less', inputs: ['x', 'zero'], outputs: ['isNegative'] },
      { op: 'Where', inputs: ['isNegative', 'outside', 'inside'], outputs: ['index'] },
      { op: 'Gather', inputs: ['table', 'index'], outputs: ['factor'] },
      { op: 'Mul', inputs: ['x', 'factor'], outputs: ['y'] },
    ],
    initializers: [
      scalar('zero', 0),
      { name: 'outside', datatype: 'INT64', shape: [], data: BigInt64Array.of(1_000_000n) },
      { name: 'inside', datatype: 'INT64', shape: [], data: BigInt64Array.of(0n) },
      { name: 'table', datatype: 'FP32', shape: [1], data: Float32Array.of(2) },
    ],
  });
}

export interface ZipmapModelOptions {
  /** Strings or integers, one a class. @default ['setosa', 'versicolor', 'virginica'] */
  readonly labels?: readonly string[] | readonly number[];
  /** Number of features. @default 4 */
  readonly width?: number;
  /** Whether the graph ends in a ZipMap, as skl2onnx writes it by default. @default true */
  readonly zipmap?: boolean;
  /** Whether nodes stand after the ZipMap in the file. @default false */
  readonly zipmapFirst?: boolean;
}

/**
 * A classifier as skl2onnx writes it: `X` FP32 [N, width] → `output_label` [N], `output_probability`, a sequence of
 * maps from label to FP32, or FP32 [N, K] without the ZipMap. Class k wins where feature k is the largest.
 */
export function zipmapModel(options: ZipmapModelOptions = {}): Uint8Array<ArrayBuffer> {
  const { labels = ['setosa', 'versicolor', 'virginica'], width = 4, zipmap = true, zipmapFirst = false } = options;
  const names = labels.filter((label) => typeof label === 'string');
  const numbers = labels.filter((label) => typeof label === 'number');
  const isText = names.length > 0;
  const coefficients = labels.flatMap((_, row) =>
    Array.from({ length: width }, (_unused, column) => (row === column ? 1 : 0)),
  );
  const scores = zipmap ? 'probabilities' : 'output_probability';
  const classify: NodeSpec[] = [
    {
      op: 'LinearClassifier',
      domain: 'ai.onnx.ml',
      inputs: ['X'],
      outputs: ['label', 'raw'],
      attributes: {
        coefficients: { floats: coefficients },
        intercepts: { floats: labels.map(() => 0) },
        post_transform: { string: 'SOFTMAX' },
        ...(isText ? { classlabels_strings: { strings: names } } : { classlabels_ints: { ints: numbers } }),
      },
    },
    {
      op: 'Normalizer',
      domain: 'ai.onnx.ml',
      inputs: ['raw'],
      outputs: [scores],
      attributes: { norm: { string: 'L1' } },
    },
    { op: 'Identity', inputs: ['label'], outputs: ['output_label'] },
  ];
  const zip: NodeSpec[] = [
    {
      op: 'ZipMap',
      domain: 'ai.onnx.ml',
      name: 'ZipMap',
      inputs: [scores],
      outputs: ['output_probability'],
      attributes: isText ? { classlabels_strings: { strings: names } } : { classlabels_int64s: { ints: numbers } },
    },
  ];
  const labelType = isText ? 'BYTES' : 'INT64';
  const [first, normalise, last] = classify;
  const tail = zipmap ? zip : [];
  return model({
    opsets: { '': 17, 'ai.onnx.ml': 1 },
    inputs: [tensorValue('X', 'FP32', [null, width])],
    outputs: [
      tensorValue('output_label', labelType, [null]),
      zipmap
        ? {
            name: 'output_probability',
            type: { sequence: { mapKey: labelType, mapValue: { tensor: 'FP32', shape: [] } } },
          }
        : tensorValue('output_probability', 'FP32', [null, labels.length]),
    ],
    nodes: [first, normalise, ...(zipmapFirst ? tail : []), last, ...(zipmapFirst ? [] : tail)].filter(
      (node) => node !== undefined,
    ),
  });
}

function scalar(name: string, value: number) {
  return { name, datatype: 'FP32' as const, shape: [], data: Float32Array.of(value) };
}

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * A recurrent model: `x` FP32 [N, 2] and `state` → `stateN` = state + x, `y` = the new state, in each column.
 * @param layers null: the state is FP32 [N, 2]; else [layers, N, 2], as recurrent layers have it, every layer the same.
 */
export function runningSumModel({ layers = null as number | null } = {}): Uint8Array<ArrayBuffer> {
  const shape = layers === null ? ['N', 2] : [layers, 'N', 2];
  const last: NodeSpec =
    layers === null
      ? { op: 'Identity', inputs: ['stateN'], outputs: ['y'] }
      : { op: 'Gather', inputs: ['stateN', 'first'], outputs: ['y'] };
  return model({
    inputs: [tensorValue('x', 'FP32', ['N', 2]), tensorValue('state', 'FP32', shape)],
    outputs: [tensorValue('y', 'FP32', ['N', 2]), tensorValue('stateN', 'FP32', shape)],
    nodes: [{ op: 'Add', inputs: ['state', 'x'], outputs: ['stateN'] }, last],
    initializers: [{ name: 'first', datatype: 'INT64', shape: [], data: BigInt64Array.of(0n) }],
  });
}

/** `x` INT64 [N] → `y` = 1 mod x: the runtime itself fails on a zero, and says where in its sources. */
export function remainderModel(): Uint8Array<ArrayBuffer> {
  return model({
    inputs: [tensorValue('x', 'INT64', ['N'])],
    outputs: [tensorValue('y', 'INT64', ['N'])],
    nodes: [{ op: 'Mod', inputs: ['one', 'x'], outputs: ['y'] }],
    initializers: [{ name: 'one', datatype: 'INT64', shape: [1], data: BigInt64Array.of(1n) }],
  });
}
