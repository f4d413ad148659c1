import type { OpenModel, RunResult } from '../../src/backends/backend.ts';
import { GatewayError } from '../../src/errors.ts';
import type { NamedTensors, Tensor } from '../../src/tensors/tensor.ts';

/** A call that runs until the test ends it. */
export interface PuppetCall {
  /** The `id` of each row in the call. */
  readonly ids: readonly number[];
  readonly inputs: NamedTensors;
  readonly outputs: readonly string[];
  /** Answers every row as `expectedOutput` says, or as the test says. */
  succeed(outputs?: NamedTensors): void;
  fail(reason: Error): void;
}

/** What the puppet model computes for a row, as a row without the batch dimension. */
export function expectedOutput(name: string, id: number): Tensor {
  if (name === 'double') return { datatype: 'FP32', shape: [], data: Float32Array.of(id * 2) };
  if (name === 'pair') return { datatype: 'INT64', shape: [2], data: BigInt64Array.of(BigInt(id), BigInt(id + 1)) };
  return { datatype: 'BYTES', shape: [], data: [`row ${id}`] };
}

export const puppetOutputs = ['double', 'pair', 'label'];

/** A row of the puppet model: its id, and a vector of any length whose values are the id. */
export function puppetRow(id: number, length = 2): NamedTensors {
  return new Map<string, Tensor>([
    ['id', { datatype: 'INT32', shape: [], data: Int32Array.of(id) }],
    ['vector', { datatype: 'FP32', shape: [length], data: new Float32Array(length).fill(id) }],
  ]);
}

/** A model whose calls the test sees and ends. */
export class PuppetModel implements Pick<OpenModel, 'run' | 'instances'> {
  readonly instances: number;
  /** Calls that run now, oldest first. */
  readonly running: PuppetCall[] = [];
  /** Every call so far. */
  readonly calls: PuppetCall[] = [];
  readonly #onRun: (call: PuppetCall) => void;

  constructor(instances = 1, onRun: (call: PuppetCall) => void = () => {}) {
    this.instances = instances;
    this.#onRun = onRun;
  }

  run(inputs: NamedTensors, outputs: readonly string[]): Promise<RunResult> {
    const { promise, resolve, reject } = Promise.withResolvers<RunResult>();
    const id = inputs.get('id');
    const ids = Array.from((id?.data ?? []) as Int32Array);
    const batched = (id?.shape.length ?? 0) > 0;
    const call: PuppetCall = {
      ids,
      inputs,
      outputs,
      succeed: (given) => {
        this.#end(call);
        const computed = () => new Map(outputs.map((name) => [name, computedBatch(name, ids, batched)]));
        resolve({ outputs: given ?? computed(), computeMs: ids.length });
      },
      fail: (reason) => {
        this.#end(call);
        reject(reason);
      },
    };
    this.running.push(call);
    this.calls.push(call);
    this.#onRun(call);
    return promise;
  }

  /** The oldest call that runs. */
  get oldest(): PuppetCall {
    const [call] = this.running;
    if (call === undefined) throw new Error('No call is running.');
    return call;
  }

  #end(call: PuppetCall): void {
    this.running.splice(this.running.indexOf(call), 1);
  }
}

export function inferenceFailure(): GatewayError {
  return new GatewayError('INFERENCE_FAILED', 'The model refused a row.');
}

/** Stacked by hand, so that a fault of the code under test cannot hide itself. */
function computedBatch(name: string, ids: readonly number[], batched: boolean): Tensor {
  const rows = ids.map((id) => expectedOutput(name, id));
  const [first] = rows;
  if (first === undefined) throw new Error('A call without rows.');
  if (!batched) return first;
  const shape = [ids.length, ...first.shape];
  if (name === 'double') return { ...first, shape, data: Float32Array.from(ids, (id) => id * 2) };
  if (name === 'pair') {
    return { ...first, shape, data: BigInt64Array.from(ids.flatMap((id) => [BigInt(id), BigInt(id + 1)])) };
  }
  return { ...first, shape, data: ids.map((id) => `row ${id}`) };
}
