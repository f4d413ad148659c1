import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Burst } from '../../../src/repository/burst.ts';
import { PuppetClock } from '../../helpers/puppet-clock.ts';

/** A burst, and when its calls were made. */
function puppetBurst() {
  const clock = new PuppetClock();
  const start = clock.now();
  const calledAt: number[] = [];
  const burst = new Burst(clock, () => calledAt.push(clock.now() - start));
  return { clock, burst, calledAt };
}

describe('a burst', () => {
  test('makes one call of several, after the last', () => {
    const { clock, burst, calledAt } = puppetBurst();
    for (let index = 0; index < 5; index += 1) {
      burst.add();
      clock.advance(20);
    }
    clock.advance(1000);
    assert.deepEqual(calledAt, [80 + 50]);
    assert.equal(clock.timers, 0);
  });

  test('that does not end is told of from time to time', () => {
    const { clock, burst, calledAt } = puppetBurst();
    for (let index = 0; index < 120; index += 1) {
      burst.add();
      clock.advance(10);
    }
    clock.advance(1000);
    assert.deepEqual(calledAt, [500, 1000, 1190 + 50]);
  });

  test('of one is called after the pause, and so is the next', () => {
    const { clock, burst, calledAt } = puppetBurst();
    burst.add();
    clock.advance(60);
    burst.add();
    clock.advance(1000);
    assert.deepEqual(calledAt, [50, 110]);
  });

  test('whose call comes late is called at once', () => {
    const { clock, burst, calledAt } = puppetBurst();
    burst.add();
    clock.stall(2000);
    burst.add();
    clock.advance(0);
    assert.deepEqual(calledAt, [2000]);
  });

  test('that was called off is not called, and can begin again', () => {
    const { clock, burst, calledAt } = puppetBurst();
    burst.add();
    burst.cancel();
    clock.advance(490);
    assert.deepEqual(calledAt, []);
    burst.add();
    clock.advance(50);
    assert.deepEqual(calledAt, [540]);
  });
});
