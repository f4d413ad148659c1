import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { digestOf, isWellFormedKey, makeApiKey } from '../../../src/access/api-key.ts';

const key = makeApiKey();

describe('an API key', () => {
  test('is recognised by its prefix, and selected whole by a double click', () => {
    assert.match(key, /^inferql_[0-9A-Za-z]{49}$/);
  });

  test('has all of its 256 random bits in it', () => {
    const least = makeApiKey((bytes) => Buffer.alloc(bytes, 0));
    const greatest = makeApiKey((bytes) => Buffer.alloc(bytes, 255));
    assert.equal(least.slice(8, 51), '0'.repeat(43));
    assert.equal(greatest.length, least.length);
    const changed = new Set<string>();
    for (let bit = 0; bit < 256; bit += 1) {
      changed.add(
        makeApiKey((bytes) => {
          assert.equal(bytes, 32);
          const random = Buffer.alloc(bytes, 0);
          random[bit >> 3] = 1 << (bit & 7);
          return random;
        }),
      );
    }
    assert.equal(changed.size, 256);
  });

  test('is another one each time', () => {
    assert.equal(new Set(Array.from({ length: 1000 }, () => makeApiKey())).size, 1000);
  });

  test('is well formed as it was given out, and with no character changed, missing or added', () => {
    assert.ok(isWellFormedKey(key));
    for (let at = 0; at < key.length; at += 1) {
      const other = key[at] === 'x' ? 'y' : 'x';
      assert.ok(!isWellFormedKey(key.slice(0, at) + other + key.slice(at + 1)), `changed at ${at}`);
      assert.ok(!isWellFormedKey(key.slice(0, at) + key.slice(at + 1)), `without ${at}`);
    }
    for (const text of ['', `${key} `, `${key}\n`, key.toLowerCase(), key.replace('_', '-'), `x${key}`]) {
      assert.ok(!isWellFormedKey(text), text);
    }
  });

  test('is kept as its SHA-256', () => {
    const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    assert.equal(digestOf('abc').toString('hex'), expected);
  });
});
