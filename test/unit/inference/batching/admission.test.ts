import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { GatewayError } from '../../../../src/errors.ts';
import { Admission } from '../../../../src/inference/batching/admission.ts';
import { Failures } from '../../../../src/inference/batching/failures.ts';
import type { RunningCall } from '../../../../src/inference/batching/forecast.ts';

const now = 1000;

function setUp(maxQueueRows: number, rowsPerCall = 4, instances = 1, running: RunningCall[] = []): Admission {
  const failures = new Failures({ model: 'iris', version: 3 });
  return new Admission({ maxQueueRows, rowsPerCall, instances, failures, running: () => running });
}

function admit(admission: Admission, rows: number, deadlineAt = Infinity): void {
  admission.admit({ rows, now, deadlineAt });
}

function refusal(action: () => void): GatewayError {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof GatewayError);
    return error;
  }
  assert.fail('Nothing was refused.');
}

test('rows are admitted up to the limit, and a refused list takes no place', () => {
  const admission = setUp(10);
  admit(admission, 8);
  assert.equal(refusal(() => admit(admission, 3)).code, 'OVERLOADED');
  assert.equal(admission.queuedRows, 8);
  admit(admission, 2);
  assert.equal(admission.queuedRows, 10);
});

test('a row that is released makes room', () => {
  const admission = setUp(1);
  admit(admission, 1);
  admission.release(1);
  admit(admission, 1);
  assert.equal(admission.queuedRows, 1);
});

test('a list as long as the queue is taken when the queue is empty', () => {
  const admission = setUp(10);
  admit(admission, 10);
  assert.equal(admission.queuedRows, 10);
});

test('a list longer than the queue is refused for good, with the limit', () => {
  const error = refusal(() => admit(setUp(10), 11));
  assert.equal(error.code, 'BATCH_TOO_LARGE');
  assert.equal(error.message, 'A list of 11 rows is longer than the queue of iris version 3; send at most 10.');
  assert.deepEqual(error.options.details, { rows: 11, limit: 10 });
});

test('an overload names model, version, queue and when to try again', () => {
  const admission = setUp(10);
  admission.callTook(20, 1);
  admit(admission, 10);
  const error = refusal(() => admit(admission, 1));
  assert.equal(error.options.model, 'iris');
  assert.equal(error.options.version, '3');
  assert.equal(error.options.retryAfterMs, 60);
  assert.deepEqual(error.options.details, { rows: 1, queuedRows: 10, maxQueueRows: 10 });
});

test('the estimate grows with the queue and shrinks with the instances', () => {
  const one = setUp(100, 4, 1);
  const two = setUp(100, 4, 2);
  for (const admission of [one, two]) {
    assert.equal(admission.retryAfterMs, 1);
    admission.callTook(10, 1);
    admit(admission, 40);
  }
  assert.equal(one.retryAfterMs, 100);
  assert.equal(two.retryAfterMs, 50);
});

test('the estimate follows the calls that were measured', () => {
  const admission = setUp(100, 1);
  admit(admission, 1);
  const guess = admission.retryAfterMs;
  admission.callTook(8, 1);
  assert.equal(admission.retryAfterMs, 8);
  for (let call = 0; call < 50; call += 1) admission.callTook(200, 1);
  assert.ok(guess > 0 && Math.abs(admission.retryAfterMs - 200) <= 1);
});

suite('Rows with a deadline', () => {
  /** Calls take 10 ms and 2 ms for each row; one of four rows runs since 8 ms, and ends in another 10. */
  function busy(): Admission {
    const admission = setUp(100, 4, 1, [{ rows: 4, startedAt: now - 8 }]);
    for (const rows of [1, 2, 3, 4, 1, 4]) admission.callTook(10 + 2 * rows, rows);
    return admission;
  }

  test('are refused at once where they could not be answered in time, and told why and until when', () => {
    const admission = busy();
    admit(admission, 5);
    // 10 ms for the call that runs, 18 for four rows, and 14 for the fifth with the one that comes: 42, and half of that more.
    const error = refusal(() => admit(admission, 1, now + 62));
    assert.equal(error.code, 'OVERLOADED');
    assert.equal(error.options.retryAfterMs, 1);
    assert.deepEqual(error.options.details, { rows: 1, queuedRows: 5, expectedMs: 63, remainingMs: 62 });
    assert.match(error.message, /it would take 63 ms, and 62 ms are left; try again in 1 ms\.$/);
    assert.equal(admission.queuedRows, 5);
    admit(admission, 1, now + 63);
    assert.equal(refusal(() => admit(admission, 3, now + 43)).options.retryAfterMs, 44);
  });

  test('are taken where nothing waits, whatever was measured', () => {
    const admission = busy();
    admit(admission, 4, now + 1);
    assert.equal(refusal(() => admit(admission, 1, now + 1)).code, 'OVERLOADED');
  });

  test('are taken while nothing was measured', () => {
    const admission = setUp(100, 1);
    for (let row = 0; row < 50; row += 1) admit(admission, 1, now + 1);
    assert.equal(admission.queuedRows, 50);
  });

  test('are taken again as soon as calls cost less', () => {
    const admission = setUp(100, 4);
    for (let call = 0; call < 50; call += 1) admission.callTook(1000, 4);
    admit(admission, 1, now + 100);
    refusal(() => admit(admission, 1, now + 100));
    // Rows that come alone are still computed, and each call tells what it took.
    for (let call = 0; call < 60; call += 1) admission.callTook(5, 1);
    admit(admission, 1, now + 100);
  });
});

suite('Callers that share a queue', () => {
  const send = (admission: Admission, caller: string, rows: number) =>
    admission.admit({ rows, now, deadlineAt: Infinity, caller });

  test('may have all of it alone, and their share of it with others', () => {
    const admission = setUp(100);
    send(admission, 'greedy', 90);
    send(admission, 'other', 10);
    assert.equal(refusal(() => send(admission, 'greedy', 1)).code, 'OVERLOADED');
    admission.release(20, 'greedy');
    admission.release(40, 'greedy');
    // Half of the queue is anybody's.
    send(admission, 'greedy', 10);
    send(admission, 'greedy', 10);
    const error = refusal(() => send(admission, 'greedy', 1));
    assert.equal(error.code, 'OVERLOADED');
    assert.deepEqual(error.options.details, {
      rows: 1,
      queuedRows: 60,
      maxQueueRows: 100,
      callerRows: 50,
      callerShare: 50,
    });
    send(admission, 'other', 40);
    assert.equal(admission.queuedRows, 100);
  });

  test('have what those who went leave, and rows of the server itself count for nobody', () => {
    const admission = setUp(10);
    send(admission, 'one', 5);
    send(admission, 'two', 1);
    refusal(() => send(admission, 'one', 1));
    admission.release(1, 'two');
    send(admission, 'one', 4);
    admit(admission, 1);
    assert.equal(admission.queuedRows, 10);
  });

  test('leave room for one who comes late, however many rows they send, as soon as calls make some', () => {
    const arrival = fc.record({ caller: fc.constantFrom('a', 'b', 'c'), rows: fc.integer({ min: 1, max: 8 }) });
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 40 }), fc.array(arrival, { maxLength: 80 }), (maxQueueRows, arrivals) => {
        const admission = setUp(maxQueueRows);
        const held = new Map<string, number>();
        for (const { caller, rows } of arrivals) {
          const others = [...held].some(([other, count]) => other !== caller && count > 0);
          const before = admission.queuedRows;
          try {
            send(admission, caller, rows);
          } catch {
            assert.equal(admission.queuedRows, before);
            continue;
          }
          held.set(caller, (held.get(caller) ?? 0) + rows);
          const callers = [...held.values()].filter((count) => count > 0).length;
          const isHalfFull = admission.queuedRows > maxQueueRows / 2;
          assert.ok(!others || !isHalfFull || (held.get(caller) ?? 0) <= Math.max(1, maxQueueRows / callers));
        }
        for (const [caller, count] of held) admission.release(count, caller);
        assert.equal(admission.queuedRows, 0);
        // Nobody is remembered: each may have all of it again.
        send(admission, 'a', maxQueueRows);
      }),
    );
  });
});
