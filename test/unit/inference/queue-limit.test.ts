import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { queueLimit } from '../../../src/inference/queue-limit.ts';
import type { RowPort } from '../../../src/tasks/row-signature.ts';

const port = (shape: RowPort['shape'], datatype: RowPort['datatype'] = 'FP32'): RowPort => ({
  name: 'x',
  datatype,
  shape,
});

describe('the rows that may wait', () => {
  for (const [what, inputs, expected] of [
    ['are those of the manifest where rows are small', [port([4]), port([], 'INT64')], 4096],
    ['are as many as fit where they are large', [port([3, 224, 224])], 891],
    ['are more where their elements are smaller', [port([3, 224, 224], 'FP16')], 1783],
    ['count every input', [port([3, 224, 224]), port([3, 224, 224])], 445],
    ['are one at least', [port([1024, 1024, 1024])], 1],
    ['are those of the manifest where the sizes are open', [port([3, null, 'width']), port(null)], 4096],
    ['are those of the manifest for texts', [port([1], 'BYTES')], 4096],
    ['are those of the manifest for rows without elements', [port([0])], 4096],
  ] as [string, RowPort[], number][]) {
    test(what, () => assert.equal(queueLimit(4096, inputs), expected));
  }
});
