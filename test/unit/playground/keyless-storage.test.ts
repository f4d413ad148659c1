import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keylessStorage } from '../../../playground/keyless-storage.ts';

/** What the browser would keep. */
function memoryStorage(): Storage & { readonly items: Map<string, string> } {
  const items = new Map<string, string>();
  return {
    items,
    get length() {
      return items.size;
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
  };
}

describe('the storage of the page', () => {
  for (const [key, list] of [
    ['graphiql:tabState', 'tabs'],
    ['graphiql:queries', 'queries'],
    ['graphiql:favorites', 'favorites'],
  ] as const) {
    it(`keeps ${list} without their headers`, () => {
      const storage = memoryStorage();
      const variables = '{"headers": "of the model"}';
      const entry = { query: '{ a }', variables, headers: '{"authorization": "Bearer secret"}' };
      keylessStorage(storage).setItem(key, JSON.stringify({ [list]: [entry] }));
      assert.deepEqual(JSON.parse(storage.items.get(key) ?? ''), { [list]: [{ ...entry, headers: null }] });
    });
  }

  it('keeps everything else as it is, and gives it back', () => {
    const storage = keylessStorage(memoryStorage());
    storage.setItem('graphiql:query', '{ a }');
    storage.setItem('graphiql:theme', 'dark');
    assert.deepEqual(
      [storage.length, storage.key(1), storage.getItem('graphiql:query')],
      [2, 'graphiql:theme', '{ a }'],
    );
    storage.removeItem('graphiql:query');
    assert.equal(storage.getItem('graphiql:query'), null);
    storage.clear();
    assert.equal(storage.length, 0);
  });
});
