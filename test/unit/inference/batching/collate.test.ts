import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupPortions, neededOutputs } from '../../../../src/inference/batching/collate.ts';
import { addPortion, createSubmission, type Portion } from '../../../../src/inference/batching/submission.ts';
import { puppetRow } from '../../../helpers/puppet-model.ts';

/** A portion of one row for each length, which is its layout, of one submission. */
function portionsOf(lengths: readonly number[], outputs: readonly string[] = []): readonly Portion[] {
  const ignore = () => undefined;
  const submission = createSubmission(lengths.length, { outputs, deadlineAt: Infinity }, 0, ignore, ignore);
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
