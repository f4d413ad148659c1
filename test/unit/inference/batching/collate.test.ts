import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { collate, groupPortions, neededOutputs } from '../../../../src/inference/batching/collate.ts';
import { addPortion, createSubmission, type Portion } from '../../../../src/inference/batching/submission.ts';
import type { BatchAxis } from '../../../../src/tasks/row-signature.ts';
import type { NamedTensors } from '../../../../src/tensors/tensor.ts';
import { puppetRow } from '../../../helpers/puppet-model.ts';

/** A portion of one row for each length, which is its layout, of one submission. */
function portionsOf(
  lengths: readonly number[],
  outputs: readonly string[] = [],
  givesRowsAway = false,
): readonly Portion[] {
  const ignore = () => undefined;
  const options = { outputs, deadlineAt: Infinity, givesRowsAway };
  const submission = createSubmission(lengths.length, options, 0, ignore, ignore);
  return lengths.map((length, id) => addPortion(submission, id, { rows: 1, columns: puppetRow(id, length) }));
}

test('portions are grouped by layout, in the order in which they came', () => {
  const groups = groupPortions(portionsOf([2, 3, 2, 2, 3, 1]), null);
  assert.deepEqual(
    groups.map((group) => group.map(({ first }) => first)),
    [[0, 2, 3], [1, 4], [5]],
  );
});

test('portions that are answered already make no call', () => {
  const portions = portionsOf([2, 2, 3]);
  for (const portion of portions) if (portion.first !== 1) portion.answered = true;
  assert.deepEqual(groupPortions(portions, null), [[portions[1]]]);
});

test('the outputs needed are those of all portions, each once', () => {
  const portions = [...portionsOf([1, 1], ['b', 'a']), ...portionsOf([1], ['a', 'c']), ...portionsOf([1])];
  assert.deepEqual(neededOutputs(portions, 'd'), ['b', 'a', 'c']);
  assert.deepEqual(neededOutputs(portionsOf([1, 1]), 'd'), ['d']);
});

describe('the buffers of a call', () => {
  const rows: BatchAxis = { kind: 'dynamic' };
  const none: BatchAxis = { kind: 'none', reason: 'a test' };
  const dataOf = (tensors: NamedTensors) => tensors.get('vector')?.data;

  for (const axis of [rows, none]) {
    test(`are the row's own where it is alone (${axis.kind})`, () => {
      const [portion] = portionsOf([3], [], true);
      assert.ok(portion !== undefined);
      const { inputs } = collate([portion], axis, null);
      assert.equal(dataOf(inputs), dataOf(portion.block.columns));
      assert.deepEqual(inputs.get('vector')?.shape, axis === rows ? [1, 3] : [3]);
    });

    test(`are copies where the row is a part of a buffer (${axis.kind})`, () => {
      const whole = new Float32Array([1, 2, 3, 4]);
      const [made] = portionsOf([2], [], true);
      assert.ok(made !== undefined);
      const vector = { datatype: 'FP32', shape: [2], data: whole.subarray(2) } as const;
      const portion = { ...made, block: { rows: 1, columns: new Map([['vector', vector]]) } };
      const { inputs } = collate([portion], axis, null);
      assert.deepEqual(dataOf(inputs), new Float32Array([3, 4]));
      assert.notEqual((dataOf(inputs) as Float32Array).buffer, whole.buffer);
    });
  }

  test('are copies where whoever predicts keeps the row', () => {
    const [portion] = portionsOf([3]);
    assert.ok(portion !== undefined);
    for (const axis of [rows, none]) {
      assert.notEqual(dataOf(collate([portion], axis, null).inputs), dataOf(portion.block.columns));
    }
  });

  test('are copies where rows share a call, which must outlive its failure', () => {
    const portions = portionsOf([2, 2], [], true);
    const { inputs } = collate(portions, rows, null);
    const buffers = portions.map(({ block }) => (dataOf(block.columns) as Float32Array).buffer);
    assert.ok(!buffers.includes((dataOf(inputs) as Float32Array).buffer));
  });
});
