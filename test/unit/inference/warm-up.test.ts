import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError, ModelLoadError } from '../../../src/errors.ts';
import type { GoldenExamples } from '../../../src/inference/golden.ts';
import type { ServedModel } from '../../../src/inference/served-model.ts';
import type { TakeAnswer } from '../../../src/inference/batching/submission.ts';
import { countRows, type RowBlock } from '../../../src/tensors/row-block.ts';
import { warmUp } from '../../../src/inference/warm-up.ts';

const golden: GoldenExamples = {
  tolerance: { absolute: 0, relative: 0 },
  examples: [{ name: 'one', row: new Map(), input: null, expected: new Map() }],
};

/** A version whose calls all end in this error. */
function failing(error: GatewayError): ServedModel {
  return {
    rowSignature: { axis: { kind: 'dynamic' }, inputs: [], outputs: [] },
    clock: { now: () => 0 },
    batching: { maxBatchSize: 4 },
    batcher: {
      predict: async (blocks: readonly RowBlock[], _options: unknown, take: TakeAnswer) =>
        take(error, 0, countRows(blocks)),
    },
  } as unknown as ServedModel;
}

test('full batches of zeros are made, but for rows so large that they would take all memory', async () => {
  const sizesFor = async (length: number): Promise<readonly number[]> => {
    const sizes: number[] = [];
    const inputs = [{ name: 'x', datatype: 'BOOL', shape: [length] }];
    const predict = async (blocks: readonly RowBlock[], _options: unknown, take: TakeAnswer) => {
      const rows = countRows(blocks);
      sizes.push(rows);
      take({ outputs: { rows, columns: new Map() }, batchSize: rows, queueMs: 0, computeMs: 1000 }, 0, rows);
    };
    const served = { ...failing(new GatewayError('INFERENCE_FAILED', '')), batcher: { predict } };
    await warmUp(
      { ...served, rowSignature: { axis: { kind: 'dynamic' }, inputs, outputs: [] } } as unknown as ServedModel,
      null,
    );
    return sizes;
  };
  assert.deepEqual(await sizesFor(1000), [1, 4]);
  assert.deepEqual(await sizesFor(2 ** 26 - 1), [1, 2]);
});

test('a golden example on which the model fails is the reason, with the failure as its cause', async () => {
  const error = new GatewayError('INFERENCE_FAILED', 'Out of bounds.', { cause: new Error('native') });
  await assert.rejects(warmUp(failing(error), golden), (thrown) => {
    assert.ok(thrown instanceof ModelLoadError);
    assert.equal(thrown.message, 'golden.json: one, alone: Out of bounds.');
    assert.equal(thrown.cause, error);
    return true;
  });
});

test('a fault of the server on a golden example stays one, for the log', async () => {
  const error = new GatewayError('INTERNAL_SERVER_ERROR', 'secret', { cause: new Error('a bug') });
  await assert.rejects(warmUp(failing(error), golden), (thrown) => thrown === error);
});
