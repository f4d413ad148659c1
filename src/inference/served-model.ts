import type { OpenModel } from '../backends/backend.ts';
import { GatewayError, ModelLoadError } from '../errors.ts';
import type { InferenceRecorder } from '../observability/metrics/inference-recorder.ts';
import type { Manifest } from '../repository/manifest.ts';
import type { RowSignature } from '../tasks/row-signature.ts';
import type { BoundTask } from '../tasks/task.ts';
import { Batcher } from './batching/batcher.ts';
import type { CallReport } from './batching/contract.ts';
import type { Clock } from './batching/clock.ts';
import { Padding } from './batching/padding.ts';
import { queueLimit } from './queue-limit.ts';
import type { SlowPredictions } from './slow-prediction.ts';

/** How rows of a served version are merged, as `ModelVersion.batching` shows it. */
export interface BatchingFacts {
  readonly enabled: boolean;
  /** Why rows are not merged; null when they are. */
  readonly reason: string | null;
  readonly maxBatchSize: number;
  readonly maxDelayMs: number;
  readonly maxQueueRows: number;
}

/** One version that can serve: the model in its runtime, the task that gives it a face, and its batcher. */
export interface ServedModel {
  readonly name: string;
  readonly version: number;
  readonly manifest: Manifest;
  readonly model: OpenModel;
  readonly rowSignature: RowSignature;
  readonly task: BoundTask;
  /** As the task's own `outputsFor`, remembered for each set: a document's selection is the same set in every request. */
  outputsFor(fields: ReadonlySet<string>): readonly string[];
  /** The generated types as SDL. Versions with equal contracts can stand in for each other. */
  readonly contract: string;
  readonly batcher: Batcher;
  readonly batching: BatchingFacts;
  /** What was changed or left out so that the model can be served; warm-up adds what it noticed. */
  readonly notes: string[];
  readonly clock: Clock;
  /** Counts what is asked of the version, and what came of it. */
  readonly recorder: InferenceRecorder;
  /** Null where nobody wants to know of slow predictions. */
  readonly slow: SlowPredictions | null;
  /** From now on its calls are counted: those of its warm-up are nobody's. */
  beginRecording(): void;
}

export interface ServedModelParts extends Pick<
  ServedModel,
  'name' | 'version' | 'manifest' | 'model' | 'rowSignature' | 'task' | 'contract' | 'clock' | 'recorder' | 'slow'
> {
  readonly onCall: (served: Pick<ServedModel, 'name' | 'version'>, report: CallReport) => void;
}

/** The default of Hugging Face's text-embeddings-inference. */
const defaultBatchTokens = 16_384;

/**
 * Puts a batcher in front of an open model.
 * @throws ModelLoadError when the padding that the manifest asks for does not fit the model.
 */
export function createServedModel(parts: ServedModelParts): ServedModel {
  const { name, version, manifest, model, rowSignature, task, contract, clock, recorder, slow, onCall } = parts;
  const { maxDelayMs } = manifest.batching;
  const maxQueueRows = queueLimit(manifest.batching.maxQueueRows, rowSignature.inputs);
  // Rows of a call have waited together: there are never more of them than may wait.
  const maxBatchSize = Math.min(manifest.batching.maxBatchSize, maxQueueRows);
  const merges = rowSignature.axis.kind === 'dynamic';
  const padding = merges ? paddingOf(parts) : refusePadding(manifest, rowSignature);
  const [fallback] = rowSignature.outputs;
  if (fallback === undefined) throw new Error('A backend opened a model that has no outputs.');
  const identity = { model: name, version };
  const outputs = new WeakMap<ReadonlySet<string>, readonly string[]>();
  let isRecording = false;
  return {
    name,
    version,
    manifest,
    model,
    rowSignature,
    task,
    contract,
    clock,
    recorder,
    slow,
    beginRecording: () => {
      isRecording = true;
    },
    outputsFor: (fields) => {
      const known = outputs.get(fields) ?? task.outputsFor(fields);
      outputs.set(fields, known);
      return known;
    },
    batching: {
      enabled: merges,
      reason: rowSignature.axis.kind === 'dynamic' ? null : rowSignature.axis.reason,
      maxBatchSize: merges ? maxBatchSize : 1,
      maxDelayMs,
      maxQueueRows,
    },
    notes: [...model.notes],
    batcher: new Batcher({
      model,
      identity,
      clock,
      maxBatchSize,
      maxDelayMs,
      maxQueueRows,
      axis: rowSignature.axis,
      padding,
      maxBatchTokens: manifest.batching.maxBatchTokens ?? defaultBatchTokens,
      fallbackOutput: fallback.name,
      onCall: (report) => {
        if (isRecording) recorder.called(report, clock.now());
        onCall({ name, version }, report);
      },
    }),
  };
}

/** How rows of different lengths share a call: what the manifest says, on top of what the task knows. */
function paddingOf({ manifest, rowSignature, task }: ServedModelParts): Padding | null {
  const { padding = {}, maxBatchTokens } = manifest.batching;
  const values = new Map([...(task.padding ?? []), ...Object.entries(padding)]);
  if (values.size > 0) return new Padding(rowSignature, values);
  if (maxBatchTokens === undefined) return null;
  throw new ModelLoadError(
    'The manifest says batching.maxBatchTokens, and no input may be filled up: say batching.padding as well, or leave it out.',
  );
}

function refusePadding({ batching }: Manifest, { axis }: RowSignature): null {
  if (batching.padding === undefined || axis.kind === 'dynamic') return null;
  throw new ModelLoadError(
    `The manifest says batching.padding, and rows never share a call: ${axis.reason} Leave it out.`,
  );
}

/** Takes no more rows, answers those it has, then frees the model. */
export async function closeServedModel(served: ServedModel): Promise<void> {
  await served.batcher.drain();
  await served.model.close();
}

/** An error that names the served version it is about. */
export function aboutVersion(served: Pick<ServedModel, 'name' | 'version'>, error: GatewayError): GatewayError {
  if (error.options.model !== undefined) return error;
  return new GatewayError(error.code, error.message, {
    ...error.options,
    model: served.name,
    version: String(served.version),
    cause: error.cause,
  });
}
