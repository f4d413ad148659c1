import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupRows, neededOutputs } from '../../../../src/inference/batching/collate.ts';
import { createSubmission, type PendingRow } from '../../../../src/inference/batching/submission.ts';
import { puppetRow } from '../../../helpers/puppet-model.ts';

/** One row for each length, which is its layout, of one submission. */
function pendingRows(lengths: readonly number[], outputs: readonly string[] = []): readonly PendingRow[] {
  const tensors = lengths.map((length, id) => puppetRow(id, length));
  return createSubmission(
    tensors,
    { outputs, deadlineAt: Infinity },
    0,
    (answer) => answer,
    () => {},
  ).rows;
}

test('rows are grouped by layout, in the order in which they came', () => {
  const groups = groupRows(pendingRows([2, 3, 2, 2, 3, 1]), null);
  assert.deepEqual(
    groups.map((group) => group.map((row) => row.index)),
    [[0, 2, 3], [1, 4], [5]],
  );
});

test('rows that are answered already make no call', () => {
  const rows = pendingRows([2, 2, 3]);
  for (const row of rows) if (row.index !== 1) row.answered = true;
  assert.deepEqual(groupRows(rows, null), [[rows[1]]]);
});

test('the outputs needed are those of all rows, each once', () => {
  const rows = [...pendingRows([1, 1], ['b', 'a']), ...pendingRows([1], ['a', 'c']), ...pendingRows([1])];
  assert.deepEqual(neededOutputs(rows, 'd'), ['b', 'a', 'c']);
  assert.deepEqual(neededOutputs(pendingRows([1, 1]), 'd'), ['d']);
});
