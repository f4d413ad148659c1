import { badInput, GatewayError } from '../errors.ts';
import type { FieldSpans } from '../observability/tracing/trace.ts';
import type { TaskInput } from '../tasks/task.ts';
import { rowOf } from '../tensors/row-block.ts';
import type { DepartureSignal, PredictOptions, RowAnswers } from './batching/contract.ts';
import { encodeAll, type EncodedInputs } from './encoding.ts';
import { PredictionRecord } from './prediction-record.ts';
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
  readonly signal: DepartureSignal;
  /** When the request had come, on the clock of the served models. From then on its time counts. */
  readonly arrivedAt: number;
  /** How long the client waits for the answer; null where it did not say. */
  readonly timeoutMs: number | null;
  /** Whose share of the queue it takes. */
  readonly caller: { readonly account: string };
  /** Fields of the output type that are selected. */
  readonly fields: ReadonlySet<string>;
  /** Told of each step. @default nobody is */
  readonly spans?: FieldSpans | null;
}

/** The source object of a generated output type: what the task decoded, and `meta`. */
export type Prediction = object & { readonly meta: PredictionMeta };

/**
 * Predicts one item: input → row → shared call → row of outputs → result.
 * @throws GatewayError with model and version.
 */
export async function predict(served: ServedModel, input: TaskInput, request: PredictionRequest): Promise<Prediction> {
  const record = new PredictionRecord(served, request);
  try {
    const [prediction] = await predictAll(served, [input], request, record);
    if (prediction === undefined) throw new Error('An input was not answered.');
    if (prediction instanceof Error) throw prediction;
    record.succeeded(1);
    return prediction;
  } catch (error) {
    record.failed(error, 1);
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
  const record = new PredictionRecord(served, request);
  try {
    requireItems(inputs);
    served.batcher.requireRoom(inputs.length);
    const results = await predictAll(served, inputs, request, record);
    record.endedWith(results);
    return results;
  } catch (error) {
    record.failed(error, inputs.length);
    throw error instanceof GatewayError ? aboutVersion(served, error) : error;
  }
}

function requireItems(inputs: readonly TaskInput[]): void {
  if (inputs.length > 0) return;
  throw badInput({
    reason: 'EMPTY_BATCH',
    input: 'inputs',
    expected: 'at least one item',
    received: 'an empty list',
  });
}

/** A prediction or an error for each input, in their order. */
async function predictAll(
  served: ServedModel,
  inputs: readonly TaskInput[],
  request: PredictionRequest,
  record: PredictionRecord,
): Promise<(Prediction | Error)[]> {
  const options = optionsOf(served, request);
  const { blocks, refused, aboutAt } = await encodeAll(served, inputs, options);
  record.encoded();
  const answered: (Prediction | Error)[] = Array<Prediction | Error>(inputs.length - refused.size);
  // Results are made as the calls return, and not all at the end: the outputs of a long list may be large.
  await served.batcher.predict(blocks, options, (answer, first, rows) => {
    if (answer instanceof Error) {
      answered.fill(answer, first, first + rows);
      return;
    }
    const answeredAt = record.answered(answer);
    decode(served, answer, request, aboutAt, answered, first);
    record.decoded(answeredAt);
  });
  if (refused.size === 0) return answered;
  let next = 0;
  return inputs.map((_, place) => {
    const error = refused.get(place);
    if (error !== undefined) return aboutVersion(served, error);
    return answered[next++] as Prediction | Error;
  });
}

/** Makes the predictions of neighbouring rows, or of each that cannot be made one its error. Does not throw. */
function decode(
  served: ServedModel,
  answer: RowAnswers,
  { requestId }: PredictionRequest,
  aboutAt: EncodedInputs['aboutAt'],
  target: (Prediction | Error)[],
  first: number,
): void {
  const { outputs } = answer;
  const { task } = served;
  const meta = metaOf(served, answer, requestId);
  try {
    const read =
      task.decodeMany?.(outputs) ?? ((place: number) => task.decode(rowOf(outputs, place), aboutAt(first + place)));
    for (let place = 0; place < outputs.rows; place += 1) target[first + place] = decodeOne(served, read, place, meta);
  } catch (error) {
    target.fill(errorOf(served, error), first, first + outputs.rows);
  }
}

function decodeOne(
  served: ServedModel,
  read: (place: number) => object & { meta?: PredictionMeta },
  place: number,
  meta: PredictionMeta,
): Prediction | Error {
  try {
    const decoded = read(place);
    // The task made it for us to add to: a copy of each would cost as much as making it.
    decoded.meta = meta;
    return decoded as Prediction;
  } catch (error) {
    return errorOf(served, error);
  }
}

function errorOf(served: ServedModel, error: unknown): Error {
  if (error instanceof GatewayError) return aboutVersion(served, error);
  return error instanceof Error ? error : new Error(String(error));
}

function optionsOf(served: ServedModel, request: PredictionRequest): PredictOptions {
  return { outputs: served.outputsFor(request.fields), givesRowsAway: true, ...waitingOf(served, request) };
}

/** How long a request waits for what it asks of a model, and from when on. */
export function waitingOf(
  { manifest }: Pick<ServedModel, 'manifest'>,
  { signal, arrivedAt, timeoutMs, caller, spans }: Omit<PredictionRequest, 'requestId' | 'fields'>,
): Omit<PredictOptions, 'outputs'> {
  const longestMs = manifest.maxTimeoutMs ?? manifest.timeoutMs;
  const mayTakeMs = timeoutMs === null ? manifest.timeoutMs : Math.min(timeoutMs, longestMs);
  return { requestedAt: arrivedAt, deadlineAt: arrivedAt + mayTakeMs, caller: caller.account, signal, spans };
}

/** The `meta` of rows that were answered together. */
export function metaOf(
  { name, version }: Pick<ServedModel, 'name' | 'version'>,
  { batchSize, queueMs, computeMs }: Omit<RowAnswers, 'outputs'>,
  requestId: string,
): PredictionMeta {
  return { requestId, model: name, version, batchSize, queueMs, computeMs };
}
