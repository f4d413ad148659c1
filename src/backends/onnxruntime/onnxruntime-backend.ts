import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';

import { badInput, ModelLoadError } from '../../errors.ts';
import type { NamedTensors } from '../../tensors/tensor.ts';
import type { Backend, OpenModel, OpenRequest } from '../backend.ts';
import { planThreads } from '../thread-plan.ts';
import type { SessionRequest } from './messages.ts';
import { describeModelFile, inspectModelFile } from './model-file.ts';
import { hasBoundedCalls, hasLoops } from './operators.ts';
import { mostSharedBytes, PlacedModel, SharedThread } from './placement.ts';
import { type PoolOptions, startPool } from './pool.ts';
import { loadError, scrub } from './runtime-errors.ts';
import { SessionThread } from './session-thread.ts';

/** A call that takes this much longer than anybody waits for it, and as long at least, counts as one that never returns. */
const stuckFactor = 3;
const leastStuckMs = 10_000;

export interface OnnxRuntimeOptions {
  /** Threads that the process can run at a time. @default what the operating system says */
  readonly availableThreads?: number | undefined;
}

/**
 * Runs ONNX models on the CPU with onnxruntime-node: small models share a thread as long as their calls are short, tiny
 * ones run in the gateway's own, and every session of the others has a thread of its own. See docs/decisions/0006-where-sessions-run.md.
 */
export function onnxruntimeBackend(options: OnnxRuntimeOptions = {}): Backend {
  const { availableThreads = availableParallelism() } = options;
  const shared = new SharedThread();
  return {
    name: 'onnxruntime',
    version: runtimeVersion(),
    modelFileName: 'model.onnx',
    describe: describeModelFile,
    async inspect(path) {
      const { signature, file, notes } = await inspectModelFile(path);
      return { signature, file, notes };
    },
    open: (request) => openModel(request, availableThreads, shared),
  };
}

async function openModel(
  { path, timeoutMs, onLost, ...wishes }: OpenRequest,
  availableThreads: number,
  shared: SharedThread,
): Promise<OpenModel> {
  const { signature, file, notes, edits, weights, hasExternalData, sizeBytes, operators } =
    await inspectModelFile(path);
  const { instances, threadsPerInstance, note } = planThreads({ availableThreads, ...wishes });
  const request: SessionRequest = { path, edits, folder: dirname(path), weights, threads: threadsPerInstance };
  const stuckAfterMs = timeoutMs === undefined ? null : Math.max(stuckFactor * timeoutMs, leastStuckMs);
  const broken = Promise.withResolvers<ModelLoadError>();
  const pool: PoolOptions = {
    ...(onLost === undefined ? {} : { onLost }),
    onBroken: (error) => broken.resolve(brokenError(error)),
  };
  const startOwn = () => startPool(instances, () => new SessionThread().open(request, stuckAfterMs), pool);
  // Whoever says how a model is to run gets just that.
  const isAsked = wishes.instances !== undefined || wishes.threadsPerInstance !== undefined;
  const isSmall = !hasExternalData && sizeBytes <= mostSharedBytes;
  const mayShare = isSmall && !isAsked && !hasLoops(operators);
  const isBounded = hasBoundedCalls(signature, operators);
  const placed = await (
    mayShare ? PlacedModel.open({ request, stuckAfterMs, shared, pool, startOwn, isBounded }) : startOwn()
  ).catch((error: unknown) => {
    throw loadError(error instanceof Error ? error : new Error(String(error)), request.folder);
  });
  const isPlaced = placed instanceof PlacedModel;
  return {
    signature,
    file,
    notes: note === null ? notes : [...notes, note],
    instances,
    broken: broken.promise,
    get threadsPerInstance() {
      return isPlaced && placed.place !== 'own' ? 1 : threadsPerInstance;
    },
    async run(inputs, outputs) {
      refuseNul(inputs);
      return await placed.run(inputs, outputs);
    },
    settle: async (hasBatchAxis) => (isPlaced ? await placed.settle(hasBatchAxis) : undefined),
    close: () => placed.close(),
  };
}

/** What the operator reads of it: the first cause says what happened in the thread. */
function brokenError(error: Error): ModelLoadError {
  const { cause } = error;
  const why = cause instanceof Error ? `: ${scrub(cause.message).replace(/\.$/, '')}` : '';
  return new ModelLoadError(`${error.message}${why}. Load it again by hand, or put other files in its place.`, {
    cause,
  });
}

/** The runtime takes strings as C strings: a NUL would cut the rest off without a word. */
function refuseNul(inputs: NamedTensors): void {
  for (const [name, { data }] of inputs) {
    if (ArrayBuffer.isView(data) || !data.some((text) => text.includes('\0'))) continue;
    throw badInput({ reason: 'INVALID_TEXT', input: name, expected: 'text', received: 'text with a NUL character' });
  }
}

/** Read from the package, because importing it would load its native part into this thread. */
function runtimeVersion(): string {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  return version;
}
