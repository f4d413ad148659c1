import assert from 'node:assert/strict';
import { test } from 'node:test';
import { madeUpRows } from '../../../../src/cli/add/made-up-rows.ts';
import type { RowPort } from '../../../../src/tasks/row-signature.ts';

const ports: readonly RowPort[] = [
  { name: 'a', datatype: 'FP32', shape: [3] },
  { name: 'b', datatype: 'INT64', shape: ['open', 2] },
  { name: 'c', datatype: 'BYTES', shape: [] },
  { name: 'd', datatype: 'BOOL', shape: [2] },
];

test('made-up rows begin with zeros, differ, and are the same each time', () => {
  const rows = madeUpRows(ports, 3).map((row) =>
    [...row.values()].map(({ data }) => Array.from(data as ArrayLike<unknown>)),
  );
  assert.deepEqual(rows[0], [[0, 0, 0], [0n, 0n], [''], [0, 0]]);
  assert.notDeepEqual(rows[1], rows[2]);
  assert.deepEqual(rows[1]?.slice(1), [[0n, 1n], ['text 1'], [0, 0]]);
  assert.deepEqual(madeUpRows(ports, 3), madeUpRows(ports, 3));
});
