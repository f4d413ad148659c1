import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type EmbeddingOutput,
  findEmbedding,
  normalizeEmbedding,
  type Pooling,
  poolEmbedding,
} from '../../../../src/tasks/text/pooling.ts';
import type { RowPort } from '../../../../src/tasks/row-signature.ts';
import type { Tensor } from '../../../../src/tensors/tensor.ts';

function output(name: string, shape: RowPort['shape'], datatype: RowPort['datatype'] = 'FP32'): RowPort {
  return { name, datatype, shape };
}

function by(pooling: Pooling): EmbeddingOutput {
  return { name: 'hidden', pooling, dimension: 2 };
}

function tensor(shape: readonly number[], values: readonly number[]): Tensor {
  return { datatype: 'FP32', shape, data: Float32Array.from(values) };
}

describe('the output of an embedding', async () => {
  await test('one embedding in a row is pooled, one for each token is averaged', () => {
    const pooled = findEmbedding([output('y', [8])], {}, true);
    assert.deepEqual(pooled, { name: 'y', pooling: 'pooled', dimension: 8 });
    const mean = findEmbedding([output('y', ['sequence', 8])], {}, true);
    assert.deepEqual(mean, { name: 'y', pooling: 'mean', dimension: 8 });
    assert.equal(findEmbedding([output('y', ['sequence', 'width'])], {}, true).dimension, null);
  });

  await test('of several the one with the usual name is taken, or the one that the manifest names', () => {
    const outputs = [output('last_hidden_state', ['s', 4]), output('pooler_output', [4]), output('ids', [4], 'INT64')];
    assert.equal(findEmbedding(outputs, {}, true).name, 'last_hidden_state');
    assert.equal(findEmbedding(outputs, { pooling: 'pooled' }, true).name, 'pooler_output');
    assert.equal(findEmbedding(outputs, { output: 'pooler_output' }, true).pooling, 'pooled');
    assert.equal(findEmbedding([...outputs, output('sentence_embedding', [4])], {}, true).name, 'sentence_embedding');
  });

  await test('an output that cannot be it is refused, with what there is', () => {
    const outputs = [output('a', [4]), output('b', [4])];
    assert.throws(() => findEmbedding(outputs, {}, true), {
      name: 'ModelLoadError',
      message: /More than one output could be the embedding: the model gives "a" FP32 \[4\], "b" FP32 \[4\]/,
    });
    assert.throws(() => findEmbedding([output('a', [4], 'INT64')], {}, true), { message: /^No output could be/ });
    assert.throws(() => findEmbedding(outputs, { output: 'c' }, true), { message: /The output "c" cannot be/ });
    assert.throws(() => findEmbedding(outputs, { output: 'a', pooling: 'cls' }, true), { message: /"a" cannot be/ });
    assert.throws(() => findEmbedding([output('a', ['s', 4])], {}, false), { message: /pool them in the graph/ });
  });
});

describe('pooling', async () => {
  const hidden = tensor([3, 2], [1, 2, 3, 6, 100, 200]);

  await test('positions that only fill a row up count for nothing', () => {
    assert.deepEqual([...poolEmbedding(by('mean'), hidden, 2)], [2, 4]);
    assert.deepEqual([...poolEmbedding(by('cls'), hidden, 2)], [1, 2]);
    assert.deepEqual([...poolEmbedding(by('lastToken'), hidden, 2)], [3, 6]);
    assert.deepEqual([...poolEmbedding(by('cls'), hidden, null)], [1, 2]);
  });

  await test('the embedding of a text does not depend on how far its row was filled up', () => {
    const value = fc.float({ noNaN: true, noDefaultInfinity: true, min: -100, max: 100 });
    const rows = fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 6 });
    const ways = fc.constantFrom<Pooling>('mean', 'cls', 'lastToken');
    fc.assert(
      fc.property(rows, rows, ways, (own, filling, pooling) => {
        const alone = poolEmbedding(by(pooling), tensor([own.length, 2], own.flat()), own.length);
        const size = own.length + filling.length;
        const filled = poolEmbedding(by(pooling), tensor([size, 2], [...own, ...filling].flat()), own.length);
        assert.deepEqual(filled, alone);
      }),
    );
  });

  await test('no tokens give zeros, and zeros have no direction', () => {
    const zeros = poolEmbedding(by('mean'), tensor([1, 2], [5, 5]), 0);
    assert.deepEqual([...zeros], [0, 0]);
    assert.deepEqual([...normalizeEmbedding(zeros)], [0, 0]);
    assert.deepEqual([...normalizeEmbedding(Float64Array.of(3, 4))], [0.6, 0.8]);
  });

  await test('NaN, infinities and other shapes are failures of the model', () => {
    const refused: readonly [Pooling, Tensor, RegExp][] = [
      [
        'mean',
        tensor([2, 2], [1, NaN, 1, 1]),
        /^The model gave NaN for element 1 of the embedding, from the output "hidden"/,
      ],
      ['pooled', tensor([2], [1, Infinity]), /^The model gave Infinity for element 1/],
      ['pooled', { datatype: 'FP64', shape: [1], data: Float64Array.of(1e300) }, /^The model gave 1e\+300/],
      ['pooled', hidden, /the shape \[3, 2\] for the output "hidden", and one embedding was due/],
      ['mean', tensor([1, 2], [1, 1]), /the shape \[1, 2\] .* one for each of 2 tokens was due/],
    ];
    for (const [pooling, given, message] of refused) {
      assert.throws(() => poolEmbedding(by(pooling), given, 2), { code: 'INFERENCE_FAILED', message });
    }
  });
});
