import { readFile } from 'node:fs/promises';

import { InferenceSession, Tensor as OrtTensor, env } from 'onnxruntime-node';

import { type Datatype, datatypes } from '../../tensors/datatypes.ts';
import { applyEdits } from './graph-edits.ts';
import type { SessionRequest, TensorMessage } from './messages.ts';
import { readWeights } from './weights.ts';

/** A loaded model inside its thread. */
export interface Session {
  /** Runs the model; the outputs own their buffers. */
  run(inputs: readonly TensorMessage[], outputs: readonly string[]): Promise<SessionRun>;
  /** Frees the model. */
  release(): Promise<void>;
}

export interface SessionRun {
  readonly outputs: TensorMessage[];
  /** Time inside the runtime, in milliseconds. */
  readonly computeMs: number;
  /** CPU time of this thread meanwhile, in milliseconds: what the call takes of it, however busy the machine is. */
  readonly cpuMs: number;
}

/** Every failure comes as an exception too: what the runtime prints itself would only break up the JSON log. */
const fatalOnly = 4;

/** Loads a model. @throws whatever the runtime throws: its messages show paths and are for the log only. */
export async function createSession(request: SessionRequest): Promise<Session> {
  const { path, edits, folder, weights, threads, keepsMemory = true } = request;
  env.logLevel = 'fatal';
  hideFloat16Array();
  const options: InferenceSession.SessionOptions = {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    enableCpuMemArena: keepsMemory,
    logSeverityLevel: fatalOnly,
    extra: {
      session: {
        // Spinning threads take the CPU from other models and from the gateway itself while nothing runs.
        intra_op: { allow_spinning: '0' },
        ...(edits.length > 0 ? { model_external_initializers_file_folder_path: folder } : {}),
      },
    },
  };
  const externalData = await readWeights(folder, weights);
  if (externalData.length > 0) Object.assign(options, { externalData });
  const session =
    edits.length > 0
      ? await InferenceSession.create(applyEdits(await readFile(path), edits), options)
      : await InferenceSession.create(path, options);
  return {
    run: (inputs, outputs) => run(session, inputs, outputs),
    release: () => session.release(),
  };
}

async function run(
  session: InferenceSession,
  inputs: readonly TensorMessage[],
  outputs: readonly string[],
): Promise<SessionRun> {
  const feeds: Record<string, OrtTensor> = {};
  for (const input of inputs) feeds[input.name] = toOrt(input);
  // The runtime waits for the next turn of the event loop, which may bring others' work first.
  let start = 0;
  let cpuStart: NodeJS.CpuUsage | undefined;
  setImmediate(() => {
    start = performance.now();
    cpuStart = process.threadCpuUsage();
  });
  // Without a list the runtime fetches everything, and an optional output that is None ends the process.
  const fetched = await session.run(feeds, [...outputs]);
  const computeMs = performance.now() - start;
  const { user, system } = process.threadCpuUsage(cpuStart);
  return { outputs: outputs.map((name) => fromOrt(name, fetched[name])), computeMs, cpuMs: (user + system) / 1000 };
}

function toOrt({ datatype, shape, data }: TensorMessage): OrtTensor {
  const type = datatypes[datatype].onnxruntime as 'float32';
  return new OrtTensor(type, data as Float32Array, shape);
}

const datatypeByOrt = new Map(Object.entries(datatypes).map(([name, entry]) => [entry.onnxruntime, name as Datatype]));

function fromOrt(name: string, tensor: OrtTensor | undefined): TensorMessage {
  const datatype = tensor === undefined ? undefined : datatypeByOrt.get(tensor.type);
  if (tensor === undefined || datatype === undefined) {
    throw new TypeError(`The output "${name}" came as ${tensor?.type ?? 'nothing'}.`);
  }
  return { name, datatype, shape: tensor.dims, data: tensor.data };
}

/**
 * onnxruntime-node looks once, when the first tensor is made, whether this runtime has Float16Array, and would then
 * take and give nothing else for float16; its native part knows only Uint16Array.
 */
function hideFloat16Array(): void {
  const property = Object.getOwnPropertyDescriptor(globalThis, 'Float16Array');
  if (property === undefined) return;
  Reflect.deleteProperty(globalThis, 'Float16Array');
  try {
    new OrtTensor('float32', new Float32Array(1), [1]);
  } finally {
    Object.defineProperty(globalThis, 'Float16Array', property);
  }
}
