import { badInput, describeValue, GatewayError } from '../errors.ts';
import type { Port } from '../backends/backend.ts';
import { base64ToTensor } from '../tensors/base64.ts';
import type { Datatype } from '../tensors/datatypes.ts';
import { formatShape, type DimensionBindings } from '../tensors/shape.ts';
import { batchOf, blockOf, type RowBlock, sameLayout, stackBlocks } from '../tensors/row-block.ts';
import type { NamedTensors, Tensor } from '../tensors/tensor.ts';
import { valuesToTensor } from '../tensors/values.ts';
import type { RowAnswers } from './batching/contract.ts';
import { metaOf, waitingOf, type PredictionMeta, type PredictionRequest } from './predict.ts';
import { PredictionRecord } from './prediction-record.ts';
import { aboutVersion, type ServedModel } from './served-model.ts';

/** One tensor as a client sends it. */
export interface TensorArgument {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  /** Nested or flat JSON lists. Exactly one of `values` and `base64` is given. */
  readonly values?: unknown;
  readonly base64?: string | null | undefined;
}

/** Tensors for every input of a model, checked against its signature. */
export interface InferenceTensors {
  readonly tensors: NamedTensors;
  /** How many rows they hold; 1 for a model without a batch dimension. */
  readonly rows: number;
  /** Begun when they were still to be read. */
  readonly record: PredictionRecord;
}

export interface InferenceResult {
  /** In the order of the request, or of the signature; with the batch dimension. */
  readonly outputs: readonly (Tensor & { readonly name: string })[];
  readonly meta: PredictionMeta;
}

/**
 * Checks the tensors of a raw inference against the model's signature.
 * @throws GatewayError `BAD_USER_INPUT` with model and version.
 */
export function readTensors(
  served: ServedModel,
  given: readonly TensorArgument[],
  request: Pick<PredictionRequest, 'arrivedAt' | 'requestId' | 'spans'>,
): InferenceTensors {
  const record = new PredictionRecord(served, request);
  try {
    return { ...checkTensors(served, given), record };
  } catch (error) {
    // How many rows they were to be is not known.
    record.failed(error, 1);
    throw error instanceof GatewayError ? aboutVersion(served, error) : error;
  }
}

/**
 * Runs checked tensors. The rows of a batchable model share calls with everyone else's; all succeed or the first
 * error is thrown.
 * @param outputs names of the outputs to return; null for all.
 * @throws GatewayError with model and version.
 */
export async function infer(
  served: ServedModel,
  { tensors, rows, record }: InferenceTensors,
  outputs: readonly string[] | null,
  request: Omit<PredictionRequest, 'fields'>,
): Promise<InferenceResult> {
  try {
    const names = checkOutputs(served, outputs);
    const options = { outputs: names, givesRowsAway: true, ...waitingOf(served, request) };
    const hasRows = served.rowSignature.axis.kind !== 'none';
    const block = hasRows ? blockOf(tensors, rows) : { rows: 1, columns: tensors };
    const parts: { readonly first: number; readonly answer: RowAnswers | Error }[] = [];
    record.encoded();
    await served.batcher.predict([block], options, (answer, first) => {
      parts.push({ first, answer });
      if (!(answer instanceof Error)) record.answered(answer);
    });
    const joiningAt = served.clock.now();
    const answers = parts
      .toSorted((one, other) => one.first - other.first)
      .map(({ first, answer }) => {
        if (answer instanceof Error) throw rows === 1 ? answer : atRow(answer, first);
        return answer;
      });
    const blocks = answers.map((answer) => answer.outputs);
    const joined = hasRows ? joinBlocks(blocks) : present(blocks[0], 'row').columns;
    const result = {
      outputs: names.map((name) => ({ name, ...present(joined.get(name), name) })),
      meta: metaOf(served, summarise(answers), request.requestId),
    };
    record.decoded(joiningAt);
    record.succeeded(rows);
    return result;
  } catch (error) {
    record.failed(error, rows);
    throw error instanceof GatewayError ? aboutVersion(served, error) : error;
  }
}

function checkTensors(served: ServedModel, given: readonly TensorArgument[]): Omit<InferenceTensors, 'record'> {
  const ports = new Map(served.model.signature.inputs.map((port) => [port.name, port]));
  const tensors = new Map<string, Tensor>();
  const bindings: DimensionBindings = new Map();
  for (const argument of given) {
    const { name } = argument;
    const port = ports.get(name);
    if (port === undefined) {
      const expected = `one of the model's inputs: ${[...ports.keys()].join(', ')}`;
      throw badInput({ reason: 'UNKNOWN_NAME', input: 'inputs', expected, received: describeValue(name) });
    }
    if (tensors.has(name)) {
      throw badInput({ reason: 'DUPLICATE_NAME', input: name, expected: 'one tensor', received: 'two of that name' });
    }
    tensors.set(name, readTensor(argument, port, bindings));
  }
  for (const { name, datatype, shape } of ports.values()) {
    if (tensors.has(name)) continue;
    const expected = `a tensor of ${datatype} in the shape ${formatShape(shape)}`;
    throw badInput({ reason: 'MISSING', input: name, expected, received: 'no tensor of that name' });
  }
  return { tensors, rows: countRows(served, tensors) };
}

function readTensor(argument: TensorArgument, port: Port, bindings: DimensionBindings): Tensor {
  const { name, datatype, shape, values, base64 } = argument;
  if (datatype !== port.datatype) {
    throw badInput({ reason: 'WRONG_DATATYPE', input: name, expected: port.datatype, received: datatype });
  }
  checkShape(name, shape, port, bindings);
  const hasValues = values !== undefined && values !== null;
  const hasBase64 = base64 !== undefined && base64 !== null;
  if (hasValues === hasBase64) {
    const received = hasValues ? 'both' : 'neither';
    throw badInput({ reason: 'AMBIGUOUS', input: name, expected: 'exactly one of values and base64', received });
  }
  return hasBase64
    ? base64ToTensor(base64, datatype, shape, name)
    : valuesToTensor(values, datatype, shape, name, { allowFlat: true });
}

function checkShape(name: string, shape: readonly number[], port: Port, bindings: DimensionBindings): void {
  const refuse = (expected: string) =>
    badInput({ reason: 'WRONG_SHAPE', input: name, expected, received: formatShape(shape) }, 'shape');
  if (shape.some((size) => size < 0)) throw refuse('sizes of 0 or more');
  if (port.shape === null) return;
  const expected = `shape ${formatShape(port.shape)}`;
  if (shape.length !== port.shape.length) throw refuse(expected);
  for (const [index, dimension] of port.shape.entries()) {
    const size = shape[index] ?? 0;
    if (typeof dimension === 'number' && size !== dimension) throw refuse(expected);
    if (typeof dimension !== 'string') continue;
    const bound = bindings.get(dimension);
    if (bound !== undefined && bound !== size) throw refuse(`${expected}, where ${dimension} is ${bound} elsewhere`);
    bindings.set(dimension, size);
  }
}

function countRows(served: ServedModel, tensors: NamedTensors): number {
  if (served.rowSignature.axis.kind === 'none') return 1;
  let rows: number | undefined;
  for (const [name, { shape }] of tensors) {
    const size = shape[0] ?? 0;
    if (size === 0) {
      throw badInput({
        reason: 'EMPTY_BATCH',
        input: name,
        expected: 'at least one row',
        received: formatShape(shape),
      });
    }
    if (rows !== undefined && rows !== size) {
      const expected = `${countOfRows(rows)}, as the other inputs have`;
      throw badInput({ reason: 'WRONG_SHAPE', input: name, expected, received: countOfRows(size) });
    }
    rows = size;
  }
  return rows ?? 1;
}

function countOfRows(rows: number): string {
  return rows === 1 ? '1 row' : `${rows} rows`;
}

function joinBlocks(blocks: readonly RowBlock[]): NamedTensors {
  const [first] = blocks;
  if (first !== undefined && blocks.length === 1) return batchOf(first);
  if (!blocks.every(({ columns }) => sameLayout(columns, present(first, 'row').columns))) {
    throw new GatewayError(
      'INFERENCE_FAILED',
      'The model gave rows of different shapes, which make no one tensor; send the rows one at a time.',
    );
  }
  return stackBlocks(blocks);
}

function checkOutputs(served: ServedModel, asked: readonly string[] | null): readonly string[] {
  const all = served.model.signature.outputs.map(({ name }) => name);
  if (asked === null) return all;
  const seen = new Set<string>();
  for (const name of asked) {
    if (!all.includes(name)) {
      const expected = `some of the model's outputs: ${all.join(', ')}`;
      throw badInput({ reason: 'UNKNOWN_NAME', input: 'outputs', expected, received: describeValue(name) });
    }
    if (seen.has(name)) {
      throw badInput({
        reason: 'DUPLICATE_NAME',
        input: 'outputs',
        expected: 'each output once',
        received: `${name} twice`,
      });
    }
    seen.add(name);
  }
  return asked;
}

/** Rows may have been in several calls: the largest of each figure stands for them. */
function summarise(answers: readonly RowAnswers[]): Omit<RowAnswers, 'outputs'> {
  const summary = { batchSize: 0, queueMs: 0, computeMs: 0 };
  for (const { batchSize, queueMs, computeMs } of answers) {
    summary.batchSize = Math.max(summary.batchSize, batchSize);
    summary.queueMs = Math.max(summary.queueMs, queueMs);
    summary.computeMs = Math.max(summary.computeMs, computeMs);
  }
  return summary;
}

function atRow(error: Error, index: number): Error {
  if (!(error instanceof GatewayError)) return error;
  return new GatewayError(error.code, `Row ${index}: ${error.message}`, { ...error.options, cause: error.cause });
}

function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`Inference lost ${what}.`);
  return value;
}
