import assert from 'node:assert/strict';
import { GatewayError, type ErrorCode } from '../../src/errors.ts';
import { Batcher } from '../../src/inference/batching/batcher.ts';
import type { BatcherOptions, CallReport, PredictOptions } from '../../src/inference/batching/contract.ts';
import { type PredictedRow, predictRows } from '../../src/inference/predict-rows.ts';
import type { NamedTensors } from '../../src/tensors/tensor.ts';
import { PuppetClock } from './puppet-clock.ts';
import { PuppetModel, puppetRow } from './puppet-model.ts';

/** A batcher of a puppet model on a puppet clock: batches of 4, one instance, deadlines a second away. */
export function puppetBatcher(options: Partial<Omit<BatcherOptions, 'model' | 'clock'>> & { instances?: number } = {}) {
  const clock = new PuppetClock();
  const model = new PuppetModel(options.instances);
  const reports: CallReport[] = [];
  const batcher = new Batcher({
    model,
    axis: { kind: 'dynamic' },
    padding: null,
    maxBatchTokens: 16_384,
    maxBatchSize: 4,
    maxDelayMs: 0,
    maxQueueRows: 100,
    fallbackOutput: 'double',
    identity: { model: 'iris', version: 3 },
    clock,
    onCall: (report) => reports.push(report),
    ...options,
  });
  const needs = (change: Partial<PredictOptions> = {}): PredictOptions => ({
    outputs: ['double'],
    deadlineAt: clock.now() + 1000,
    ...change,
  });
  return { clock, model, reports, batcher: byRows(batcher), blocks: batcher, needs };
}

/** A batcher to which rows are given one by one or as lists, and which answers them so. */
export interface RowBatcher extends Pick<Batcher, 'queuedRows' | 'retryAfterMs' | 'drain'> {
  predict(row: NamedTensors, options: PredictOptions): Promise<PredictedRow>;
  predictMany(rows: readonly NamedTensors[], options: PredictOptions): Promise<(PredictedRow | Error)[]>;
}

export function byRows(batcher: Batcher): RowBatcher {
  return {
    get queuedRows() {
      return batcher.queuedRows;
    },
    get retryAfterMs() {
      return batcher.retryAfterMs;
    },
    drain: () => batcher.drain(),
    async predict(row, options) {
      const [answer] = await predictRows(batcher, [row], options);
      assert.ok(answer !== undefined);
      if (answer instanceof Error) throw answer;
      return answer;
    },
    predictMany: (rows, options) => predictRows(batcher, rows, options),
  };
}

/** Rows of the puppet model with ids that count up. */
export function rowsOf(count: number, firstId = 1): NamedTensors[] {
  return Array.from({ length: count }, (_, index) => puppetRow(firstId + index));
}

/** Waits for a failure; checks code, model and version. */
export async function failsWith(code: ErrorCode, prediction: Promise<unknown>): Promise<GatewayError> {
  const error: unknown = await prediction.then(
    () => assert.fail(`Expected ${code}.`),
    (reason: unknown) => reason,
  );
  return isFailure(code, error);
}

/** Checks code, model and version. */
export function isFailure(code: ErrorCode, error: unknown): GatewayError {
  assert.ok(error instanceof GatewayError);
  assert.equal(error.code, code);
  assert.equal(error.options.model, 'iris');
  assert.equal(error.options.version, '3');
  return error;
}
