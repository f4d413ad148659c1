import { badInput, GatewayError } from '../errors.ts';
import type { EncodedRow, TaskInput } from '../tasks/task.ts';
import type { PredictedRow, PredictOptions } from './batching/contract.ts';
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
    // From here on time counts: decoding a picture is part of it.
    const options = optionsOf(served, request);
    const row = await served.task.encode(input);
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
  const encoded = await Promise.all(inputs.map((input) => encodeOrError(served, input)));
  const rows = encoded.flatMap((row) => (row instanceof Error ? [] : [row.tensors]));
  const answers = rows.length === 0 ? [] : await served.batcher.predictMany(rows, options);
  let next = 0;
  return encoded.map((row) => {
    if (row instanceof Error) return aboutVersion(served, row);
    const answer = answers[next++];
    if (answer === undefined) throw new Error('The batcher answered fewer rows than it was given.');
    if (answer instanceof GatewayError) return aboutVersion(served, answer);
    if (answer instanceof Error) return answer;
    try {
      return decode(served, answer, row, request);
    } catch (error) {
      if (error instanceof GatewayError) return aboutVersion(served, error);
      throw error;
    }
  });
}

async function encodeOrError(served: ServedModel, input: TaskInput): Promise<EncodedRow | GatewayError> {
  try {
    return await served.task.encode(input);
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
}

function optionsOf(served: ServedModel, { fields, signal }: PredictionRequest): PredictOptions {
  return {
    outputs: served.outputsFor(fields),
    deadlineAt: served.clock.now() + served.manifest.timeoutMs,
    signal,
  };
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
