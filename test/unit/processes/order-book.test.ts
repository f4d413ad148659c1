import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SharedTask } from '../../../src/processes/messages.ts';
import { OrderBook } from '../../../src/processes/order-book.ts';
import { Holds } from '../../../src/repository/holds.ts';

const unload = (model: string, version: number | null): SharedTask => ({
  kind: 'order',
  model,
  order: { order: 'UNLOAD', version },
  source: null,
});
const load = (model: string, version: number | null): SharedTask => ({
  kind: 'order',
  model,
  order: { order: 'LOAD', version },
  source: null,
});

/** What a process that starts later makes of the book. */
function holdsOf(book: OrderBook, model: string): Holds {
  const orders = new Map(JSON.parse(JSON.stringify(book.orders)) as typeof book.orders);
  return new Holds(orders.get(model));
}

describe('the book of orders', () => {
  test('hands on what was unloaded, and what was loaded in spite of that', () => {
    const book = new OrderBook();
    for (const task of [unload('a', null), load('a', 2), unload('b', 1)]) book.note(task);
    const a = holdsOf(book, 'a');
    assert.deepEqual([a.isUnloaded(1), a.isUnloaded(2), a.loaded], [true, false, [2]]);
    const b = holdsOf(book, 'b');
    assert.deepEqual([b.isUnloaded(1), b.isUnloaded(2)], [true, false]);
    assert.equal(holdsOf(book, 'c').isUnloaded(1), false);
  });

  test('hands on what was taken back', () => {
    const book = new OrderBook();
    for (const task of [unload('a', null), unload('a', 3), load('a', null)]) book.note(task);
    const a = holdsOf(book, 'a');
    assert.deepEqual([a.isUnloaded(1), a.isUnloaded(3)], [false, false]);
  });

  test('hands on what was accepted, for the files that were', () => {
    const book = new OrderBook();
    book.note({ kind: 'order', model: 'a', order: { order: 'ACCEPT', version: 2 }, source: 'these files' });
    const a = holdsOf(book, 'a');
    assert.deepEqual([a.isAccepted(2, 'these files'), a.isAccepted(2, 'others')], [true, false]);
  });

  test('forgets a model whose folder went, and nothing when the folder is read anew', () => {
    const book = new OrderBook();
    for (const task of [unload('a', 1), unload('b', 1)]) book.note(task);
    book.note({ kind: 'rescan' });
    assert.deepEqual([book.has('a'), book.has('b')], [true, true]);
    book.note({ kind: 'forget', model: 'a' });
    assert.deepEqual([book.has('a'), book.has('b')], [false, true]);
  });
});
