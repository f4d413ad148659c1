import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { getHeapSpaceStatistics } from 'node:v8';
import { freeStartGarbage } from '../../../src/cli/start-garbage.ts';

/** What V8 has of the system for objects that are new. */
function newSpaceBytes(): number {
  const space = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  return space?.space_size ?? Number.NaN;
}

suite('What starting left behind', () => {
  test('is freed, with the room that was taken for it', async () => {
    let held: object[] = [];
    for (let made = 0; made < 500_000; made += 1) held.push({ made });
    const before = newSpaceBytes();
    const gone = new WeakRef(held);
    held = [];
    // What a WeakRef was made of stays until the end of the turn.
    await new Promise((resolve) => setImmediate(resolve));
    await freeStartGarbage();
    assert.equal(gone.deref(), undefined);
    assert.ok(newSpaceBytes() < before / 4, `${newSpaceBytes()} of ${before}`);
  });
});
