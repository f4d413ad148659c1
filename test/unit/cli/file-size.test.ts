import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatFileSize } from '../../../src/cli/file-size.ts';

for (const [bytes, text] of [
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1.0 kB'],
  [9949, '9.9 kB'],
  [9950, '10 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [2_147_483_647, '2.1 GB'],
  [5e12, '5000 GB'],
] as const) {
  test(`${bytes} bytes are told as ${text}`, () => assert.equal(formatFileSize(bytes), text));
}
