import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseExpiry } from '../../../src/access/expiry.ts';

const now = new Date('2026-01-31T12:00:00Z');

describe('an expiry', () => {
  for (const [text, expected] of [
    ['12h', '2026-02-01T00:00:00.000Z'],
    ['90d', '2026-05-01T12:00:00.000Z'],
    ['1w', '2026-02-07T12:00:00.000Z'],
    ['2026-02-01', '2026-02-01T00:00:00.000Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
    ['2026-02-01T08:00+02:00', '2026-02-01T06:00:00.000Z'],
    ['2026-02-01T08:00:00.5Z', '2026-02-01T08:00:00.500Z'],
  ] as const) {
    test(`may be ${text}`, () => assert.equal(parseExpiry(text, now)?.toISOString(), expected));
  }

  for (const text of [
    '',
    '0d',
    '90',
    'd',
    '-1d',
    '1.5d',
    '90 d',
    '1y',
    '999999d',
    'soon',
    'never',
    '2026-01-31',
    '2025-12-31',
    '2026-02-30',
    '2026-13-01',
    '2026-2-1',
    '2026-02-01T08:00',
    '2027',
  ]) {
    test(`may not be ${JSON.stringify(text)}`, () => assert.equal(parseExpiry(text, now), null));
  }
});
