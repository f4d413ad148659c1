import type { Datatype } from '../tensors/datatypes.ts';
import type { Dimension, Signature } from '../backends/backend.ts';

/** One input or output as a single item has it: without the batch dimension. */
export interface RowPort {
  readonly name: string;
  readonly datatype: Datatype;
  /** Dimensions of one row; null where any shape is taken. */
  readonly shape: readonly Dimension[] | null;
  readonly classLabels?: readonly string[];
}

/**
 * Where the batch dimension of a model is:
 * `dynamic`, the first dimension of everything is free and rows are stacked along it;
 * `single`, there is one and each row is its own call, because the dimension is fixed at 1 or batching is switched off;
 * `none`, there is no batch dimension, and a row is the whole tensor.
 */
export type BatchAxis =
  | { readonly kind: 'dynamic' }
  | { readonly kind: 'single'; readonly reason: string }
  | { readonly kind: 'none'; readonly reason: string };

export interface RowSignature {
  readonly axis: BatchAxis;
  readonly inputs: readonly RowPort[];
  readonly outputs: readonly RowPort[];
}

/** What the manifest says about the batch dimension. */
export interface BatchAxisOptions {
  /** Whether rows may be merged. @default true */
  readonly enabled?: boolean | undefined;
  /** `none` says that the first dimension is data and no batch, whatever it looks like. @default 'auto' */
  readonly axis?: 'auto' | 'none' | undefined;
  /** Why `axis` is `none`. @default that the manifest says so */
  readonly reason?: string | undefined;
}

/** Finds the batch dimension from the declared shapes. */
export function rowSignature(signature: Signature, options: BatchAxisOptions = {}): RowSignature {
  const axis = findAxis(signature, options);
  const strip = (shape: readonly Dimension[] | null) =>
    axis.kind === 'none' || shape === null ? shape : shape.slice(1);
  return {
    axis,
    inputs: signature.inputs.map((port) => ({ ...port, shape: strip(port.shape) })),
    outputs: signature.outputs.map((port) => ({ ...port, shape: strip(port.shape) })),
  };
}

/**
 * The name of a dimension, where its author gave it one. Converters of TensorFlow (tf2onnx) and Paddle number every
 * free dimension of a file, so that the same batch has other names in inputs and outputs.
 */
function authoredName(dimension: Dimension): Dimension {
  const numbered = typeof dimension === 'string' && /^(unk__|(p2o\.)?DynamicDimension\.)\d+$/.test(dimension);
  return numbered || dimension === '' ? null : dimension;
}

function findAxis(signature: Signature, options: BatchAxisOptions): BatchAxis {
  const none = (reason: string): BatchAxis => ({ kind: 'none', reason });
  if (options.axis === 'none') {
    return none(options.reason ?? 'The manifest says that the first dimension is no batch dimension.');
  }
  if (signature.inputs.length === 0) return none('The model has no inputs.');
  const names = new Set<string>();
  let ones = 0;
  for (const { name, shape } of signature.inputs) {
    if (shape === null) return none(`The file declares no shape for the input "${name}".`);
    const first = shape.map(authoredName)[0];
    if (first === undefined) return none(`The input "${name}" is a scalar.`);
    if (first === 1) ones += 1;
    else if (typeof first === 'number') return none(`The first dimension of the input "${name}" is fixed at ${first}.`);
    else if (typeof first === 'string') names.add(first);
  }
  if (ones > 0 && ones < signature.inputs.length) return none('Only some inputs have a free first dimension.');
  if (names.size > 1) return none(`The first dimensions of the inputs differ: ${[...names].join(', ')}.`);
  for (const { name, shape } of signature.outputs) {
    if (shape === null) continue;
    const first = shape.map(authoredName)[0];
    if (first === undefined) return none(`The output "${name}" is a scalar, which cannot be split into rows.`);
    if (ones > 0 && first !== 1 && first !== null)
      return none(`The first dimension of the output "${name}" is ${first}, of the inputs 1.`);
    if (ones === 0 && typeof first === 'number')
      return none(`The first dimension of the output "${name}" is fixed at ${first}.`);
    if (ones === 0 && typeof first === 'string' && names.size === 1 && !names.has(first)) {
      return none(`The first dimension of the output "${name}" is ${first}, of the inputs ${[...names].join(', ')}.`);
    }
  }
  if (ones > 0)
    return {
      kind: 'single',
      reason:
        'The first dimension of every input is fixed at 1; export the model with a dynamic batch dimension to have rows merged.',
    };
  if (options.enabled === false) return { kind: 'single', reason: 'The manifest switches batching off.' };
  return { kind: 'dynamic' };
}
