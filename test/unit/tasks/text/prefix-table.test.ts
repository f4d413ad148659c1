import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PrefixTable } from '../../../../src/tasks/text/prefix-table.ts';

await test('every word that stands at a place is found, from short to long', () => {
  const letters = fc.constantFrom('a', 'b', '\0', '\uffff', '😀', '😁');
  const text = fc.string({ unit: letters, maxLength: 8 });
  fc.assert(
    fc.property(fc.uniqueArray(text), text, fc.nat(8), (words, given, start) => {
      const table = new PrefixTable(new Map(words.map((word, id) => [word, id])));
      const found: [number, number][] = [];
      table.eachPrefix(given, start, (end, id) => found.push([end, id]));
      const due = words
        .map((word, id): [number, number, string] => [start + word.length, id, word])
        .filter(([, , word]) => word !== '' && given.startsWith(word, start))
        .toSorted(([one], [other]) => one - other);
      assert.deepEqual(
        found,
        due.map(([end, id]) => [end, id]),
      );
    }),
  );
});
