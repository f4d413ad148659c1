import { badInput, GatewayError } from '../errors.ts';
import type { EncodedRow, TaskInput } from '../tasks/task.ts';
import type { PredictedRow, PredictOptions } from './batching/contract.ts';
import { encodeAll } from './encoding.ts';
import { aboutVersion, type ServedModel } from './served-model.ts';

/** What every prediction says of itself; the source of the GraphQL type `PredictionMeta`. */
export interface PredictionMeta {
  readonly requestId: string;
  readonly model: string;
  readonly version: number;
  readonly batchSize: number;
  readonly queueMs: number;
  readonly computeMs: number;
}

/** Who asks, and for what. */
export interface PredictionRequest {
  readonly requestId: string;
  /** Aborted when the client leaves. */
  readonly signal: AbortSignal;
  /** When the request had come, on the clock of the served models. From then on its time counts. */
  readonly arrivedAt: number;
  /** How long the client waits for the answer; null where it did not say. */
  readonly timeoutMs: number | null;
  /** Whose share of the queue it takes. */
  readonly caller: { readonly account: string };
  /** Fields of the output type that are selected. */
  readonly fields: ReadonlySet<string>;
}

/** The source object of a generated output type: what the task decoded, and `meta`. */
export type Prediction = object & { readonly meta: PredictionMeta };

/**
 * Predicts one item: input → row → shared call → row of outputs → result.
 * @throws GatewayError with model and version.
 */
export async function predict(served: ServedModel, input: TaskInput, request: PredictionRequest): Promise<Prediction> {
  try {
    const options = optionsOf(served, request);
    const [row] = await encodeAll(served, [input], options);
    if (row === undefined) throw new Error('An input was not encoded.');
    if (row instanceof Error) throw row;
    const answer = await served.batcher.predict(row.tensors, options);
    return decode(served, answer, row, request);
  } catch (error) {
    throw error instanceof GatewayError ? aboutVersion(served, error) : error;
  }
}

/**
 * Predicts a list. The result at an index is that item's prediction or its error; one bad item harms no other.
 * @throws GatewayError where the list as a whole is refused.
 */
export async function predictBatch(
  served: ServedModel,
  inputs: readonly TaskInput[],
  request: PredictionRequest,
): Promise<(Prediction | Error)[]> {
  if (inputs.length === 0) {
    throw aboutVersion(
      served,
      badInput({ reason: 'EMPTY_BATCH', input: 'inputs', expected: 'at least one item', received: 'an empty list' }),
    );
  }
  served.batcher.requireRoom(inputs.length);
  const options = optionsOf(served, request);
  const encoded = await encodeAll(served, inputs, options);
  const rows = encoded.filter((row): row is EncodedRow => !(row instanceof Error));
  // Results are made as the calls return, and not all at the end: the outputs of a long list may be large.
  const results =
    rows.length === 0
      ? []
      : await served.batcher.predictMany(
          rows.map(({ tensors }) => tensors),
          options,
          (answer, index) => decodeOrError(served, answer, rows[index], request),
        );
  let next = 0;
  return encoded.map((row) => {
    const result = row instanceof Error ? row : results[next++];
    if (result === undefined) throw new Error('The batcher answered fewer rows than it was given.');
    return result instanceof GatewayError ? aboutVersion(served, result) : result;
  });
}

function decodeOrError(
  served: ServedModel,
  answer: PredictedRow,
  row: EncodedRow | undefined,
  request: PredictionRequest,
): Prediction | Error {
  try {
    if (row === undefined) throw new Error('The batcher answered a row that it was not given.');
    return decode(served, answer, row, request);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function optionsOf(served: ServedModel, request: PredictionRequest): PredictOptions {
  return { outputs: served.outputsFor(request.fields), ...waitingOf(served, request) };
}

/** How long a request waits for what it asks of a model, and from when on. */
export function waitingOf(
  { manifest }: Pick<ServedModel, 'manifest'>,
  { signal, arrivedAt, timeoutMs, caller }: Omit<PredictionRequest, 'requestId' | 'fields'>,
): Omit<PredictOptions, 'outputs'> {
  const longestMs = manifest.maxTimeoutMs ?? manifest.timeoutMs;
  const mayTakeMs = timeoutMs === null ? manifest.timeoutMs : Math.min(timeoutMs, longestMs);
  return { requestedAt: arrivedAt, deadlineAt: arrivedAt + mayTakeMs, caller: caller.account, signal };
}

function decode(
  served: ServedModel,
  answer: PredictedRow,
  row: EncodedRow,
  { requestId }: PredictionRequest,
): Prediction {
  return Object.assign(served.task.decode(answer.outputs, row), { meta: metaOf(served, answer, requestId) });
}

/** The `meta` of one answered row. */
export function metaOf(
  { name, version }: Pick<ServedModel, 'name' | 'version'>,
  { batchSize, queueMs, computeMs }: Omit<PredictedRow, 'outputs'>,
  requestId: string,
): PredictionMeta {
  return { requestId, model: name, version, batchSize, queueMs, computeMs };
}
