import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { GraphQLFieldResolver } from 'graphql';
import { featureExtraction } from '../../../src/tasks/feature-extraction.ts';
import type { RowPort } from '../../../src/tasks/row-signature.ts';
import type { BoundTask } from '../../../src/tasks/task.ts';
import type { Tensor } from '../../../src/tensors/tensor.ts';
import { taskContext } from '../../helpers/shared-types.ts';
import { tokenizerFile } from '../../helpers/tokenizer-fixtures.ts';

const ids: readonly RowPort[] = ['input_ids', 'attention_mask'].map((name) => ({
  name,
  datatype: 'INT64',
  shape: ['s'],
}));

function bind(embedding: object = {}, shape: RowPort['shape'] = ['s', 2]): BoundTask {
  const files = new Map([['tokenizer.json', tokenizerFile('wordpiece')]]);
  const outputs: readonly RowPort[] = [{ name: 'hidden', datatype: 'FP32', shape }];
  return featureExtraction.bind(taskContext(ids, outputs, { task: 'feature-extraction', embedding }, files));
}

/** What `embedding` gives for a row whose tokens all have this embedding. */
async function embed(task: BoundTask, each: readonly number[], parameters: object = {}): Promise<unknown> {
  const row = await task.encode({ text: 'free' });
  const count = row.tensors.get('input_ids')?.shape[0] ?? 0;
  const values = Float32Array.from(Array.from({ length: count }, () => each).flat());
  const source = task.decode(
    new Map([['hidden', { datatype: 'FP32', shape: [count, each.length], data: values }]]),
    row,
  );
  const { resolve } = task.outputType.getFields()['embedding'] ?? {};
  return (resolve as GraphQLFieldResolver<unknown, unknown>)(
    source,
    { encoding: 'NUMBERS', ...parameters },
    null,
    {} as never,
  );
}

describe('feature-extraction', async () => {
  await test('an embedding has length 1, unless query or manifest say otherwise', async () => {
    const numbers = async (task: BoundTask, parameters?: object) =>
      Array.from(((await embed(task, [3, 4], parameters)) as Tensor).data as Float32Array, (value) =>
        Number(value.toFixed(6)),
      );
    assert.deepEqual(await numbers(bind()), [0.6, 0.8]);
    assert.deepEqual(await numbers(bind(), { normalize: false }), [3, 4]);
    assert.deepEqual(await numbers(bind({ normalize: false })), [3, 4]);
    assert.deepEqual(await numbers(bind({ normalize: false }), { normalize: true }), [0.6, 0.8]);
    assert.deepEqual(await numbers(bind({ normalize: false }), { normalize: null }), [3, 4]);
  });

  await test('as base64 it is little-endian floats of 32 bits', async () => {
    const base64 = await embed(bind(), [3, 4], { normalize: false, encoding: 'BASE64' });
    assert.equal(typeof base64, 'string');
    const bytes = Buffer.from(String(base64), 'base64');
    assert.deepEqual([bytes.length, bytes.readFloatLE(0), bytes.readFloatLE(4)], [8, 3, 4]);
  });

  await test('a dimension that the file declares needs no output', async () => {
    assert.deepEqual(bind().outputsFor(new Set(['dimension'])), []);
    assert.deepEqual(bind().outputsFor(new Set(['dimension', 'embedding'])), ['hidden']);
    assert.deepEqual(bind({}, ['s', 'd']).outputsFor(new Set(['dimension'])), ['hidden']);
    assert.deepEqual(bind().decode(new Map(), await bind().encode({ text: 'a' })), { dimension: 2 });
  });
});
