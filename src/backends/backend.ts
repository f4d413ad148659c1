import { GatewayError, type ModelLoadError } from '../errors.ts';
import type { Datatype } from '../tensors/datatypes.ts';
import type { NamedTensors } from '../tensors/tensor.ts';

/** One dimension: a fixed size, the name of a symbolic one, or null where the file names none. */
export type Dimension = number | string | null;

/** One input or output of a model, as its file declares it. */
export interface Port {
  readonly name: string;
  readonly datatype: Datatype;
  /** Dimensions with the batch dimension; `[]` is a scalar, null says that the file declares no shape. */
  readonly shape: readonly Dimension[] | null;
}

export interface OutputPort extends Port {
  /** The class that each column stands for, where the graph itself names them (a ZipMap, or a classifier node). */
  readonly classLabels?: readonly string[];
}

export interface Signature {
  readonly inputs: readonly Port[];
  readonly outputs: readonly OutputPort[];
}

/** What the model file says of itself. */
export interface ModelFile {
  readonly format: string;
  readonly producerName: string;
  readonly producerVersion: string;
  readonly domain: string;
  readonly graphName: string;
  readonly description: string;
  /** Version of the file format; null where the format has none. */
  readonly irVersion: number | null;
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  readonly metadata: readonly { readonly key: string; readonly value: string }[];
}

export interface OpenRequest {
  /** Absolute path of the model file. Never shown to clients. */
  readonly path: string;
  /** How many calls can run at the same time. Each instance costs the model's weights in memory. @default 1 */
  readonly instances?: number | undefined;
  /** Threads that one call may use. @default the CPUs that the process may use, divided by the instances */
  readonly threadsPerInstance?: number | undefined;
  /** How long anybody waits for a call. One that takes many times as long is taken for lost. @default for ever */
  readonly timeoutMs?: number | undefined;
  /** Told of each thread, or whatever the calls run in, that was lost and is replaced, for the log. */
  readonly onLost?: ((error: Error) => void) | undefined;
}

export interface RunResult {
  /** The asked-for outputs, with the batch dimension. The caller owns the buffers. */
  readonly outputs: NamedTensors;
  /** Time inside the model's runtime, in milliseconds. */
  readonly computeMs: number;
}

/**
 * The instance was lost while it was on a call, such as by the end of its thread. Whatever did that may be in the inputs:
 * they are not to be tried once more in other calls.
 */
export class CallLost extends GatewayError {
  constructor(cause: unknown) {
    super('INFERENCE_FAILED', 'What computed it ended before it was done.', { cause });
  }
}

/**
 * A model that is loaded and can run. Whoever opened it closes it, after its last call has settled.
 */
export interface OpenModel {
  readonly signature: Signature;
  readonly file: ModelFile;
  /** What was changed or left out so that the model can be served, in plain sentences. */
  readonly notes: readonly string[];
  readonly instances: number;
  readonly threadsPerInstance: number;
  /**
   * Resolves when the model cannot run any more although nobody closed it, because it was lost again and again, with
   * why in words for operators. Calls are refused from then on. Whoever opened it closes it still.
   */
  readonly broken: Promise<ModelLoadError>;
  /**
   * Runs the model once. At most `instances` calls run at a time; more are queued in order.
   * Takes over the buffers of `inputs`: they must not be used afterwards.
   * @param outputs names of the outputs to compute; never empty.
   * @throws GatewayError `INFERENCE_FAILED` when the model fails on these inputs, as a CallLost when its instance was lost
   * with them, and `MODEL_UNAVAILABLE` when there is no instance any more. Never hangs.
   */
  run(inputs: NamedTensors, outputs: readonly string[]): Promise<RunResult>;
  /**
   * To be called after the warm-up: from what its calls took the backend may choose where they run best. Calls may go on
   * meanwhile.
   * @param hasBatchAxis whether the first dimension is that of a batch, and no call takes more rows than those so far.
   */
  settle(hasBatchAxis: boolean): Promise<void>;
  /** Waits for calls that run, frees the model. Later calls are refused with `MODEL_UNAVAILABLE`. Idempotent. */
  close(): Promise<void>;
}

/** A runtime that can run models. */
export interface Backend {
  readonly name: string;
  /** Version of the runtime, such as `1.30.0`. */
  readonly version: string;
  /** File name of the model inside a version folder, such as `model.onnx`. */
  readonly modelFileName: string;
  /**
   * Reads what the file says of itself, also of a model that cannot be served.
   * @throws ModelLoadError when the file is no model.
   */
  describe(path: string): Promise<ModelFile>;
  /**
   * Reads what the file declares, without loading the model's weights into memory.
   * @throws ModelLoadError as `open` does, for what can be seen without loading.
   */
  inspect(path: string): Promise<Pick<OpenModel, 'signature' | 'file' | 'notes'>>;
  /** @throws ModelLoadError when the model cannot be served, in words that say what to do; without server paths. */
  open(request: OpenRequest): Promise<OpenModel>;
}
