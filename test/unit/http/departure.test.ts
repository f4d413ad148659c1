import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Departure } from '../../../src/http/departure.ts';

test('whoever listens is told once, and whoever comes later sees it', () => {
  const departure = new Departure();
  const told: string[] = [];
  departure.addEventListener('abort', () => told.push('first'));
  departure.addEventListener('abort', () => told.push('second'));
  assert.equal(departure.aborted, false);
  departure.tell();
  departure.tell();
  assert.deepEqual([told, departure.aborted], [['first', 'second'], true]);
});

test('whoever has stopped listening is not told, also while others are', () => {
  const departure = new Departure();
  const told: string[] = [];
  const leaves = () => told.push('leaves');
  departure.addEventListener('abort', leaves);
  departure.addEventListener('abort', () => {
    told.push('stays');
    departure.removeEventListener('abort', leaves);
  });
  departure.removeEventListener('abort', leaves);
  departure.removeEventListener('abort', leaves);
  departure.tell();
  assert.deepEqual(told, ['stays']);
});
