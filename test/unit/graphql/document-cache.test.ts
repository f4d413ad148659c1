import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'graphql';
import { DocumentCache } from '../../../src/graphql/document-cache.ts';

const ofLength = (length: number) => parse(`{ a }${' '.repeat(length - 5)}`);

describe('the documents that are remembered', () => {
  test('are found again, and can be forgotten', async () => {
    const cache = new DocumentCache();
    const document = ofLength(10);
    await cache.set('a', document);
    assert.equal(await cache.get('a'), document);
    assert.equal(await cache.get('b'), undefined);
    assert.deepEqual([await cache.delete('a'), await cache.delete('a')], [true, false]);
    assert.equal(await cache.get('a'), undefined);
  });

  test('have a million characters together, and the latest used stay', async () => {
    const cache = new DocumentCache();
    for (const key of ['a', 'b', 'c']) await cache.set(key, ofLength(300_000));
    await cache.get('a');
    await cache.set('a', ofLength(300_000));
    await cache.set('d', ofLength(300_000));
    const found = await Promise.all(['a', 'b', 'c', 'd'].map(async (key) => (await cache.get(key)) !== undefined));
    assert.deepEqual(found, [true, false, true, true]);
  });

  test('are none longer than that', async () => {
    const cache = new DocumentCache();
    await cache.set('a', ofLength(1_000_001));
    assert.equal(await cache.get('a'), undefined);
  });
});
