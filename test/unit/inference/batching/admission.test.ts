import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError } from '../../../../src/errors.ts';
import { Admission } from '../../../../src/inference/batching/admission.ts';
import { Failures } from '../../../../src/inference/batching/failures.ts';

function setUp(maxQueueRows: number, rowsPerCall = 4, instances = 1): Admission {
  const failures = new Failures({ model: 'iris', version: 3 });
  return new Admission({ maxQueueRows, rowsPerCall, instances, failures });
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
  admission.admit(8);
  assert.equal(refusal(() => admission.admit(3)).code, 'OVERLOADED');
  assert.equal(admission.queuedRows, 8);
  admission.admit(2);
  assert.equal(admission.queuedRows, 10);
});

test('a row that is released makes room', () => {
  const admission = setUp(1);
  admission.admit(1);
  admission.release();
  admission.admit(1);
  assert.equal(admission.queuedRows, 1);
});

test('a list as long as the queue is taken when the queue is empty', () => {
  const admission = setUp(10);
  admission.admit(10);
  assert.equal(admission.queuedRows, 10);
});

test('a list longer than the queue is refused for good, with the limit', () => {
  const error = refusal(() => setUp(10).admit(11));
  assert.equal(error.code, 'BATCH_TOO_LARGE');
  assert.equal(error.message, 'A list of 11 rows is longer than the queue of iris version 3; send at most 10.');
  assert.deepEqual(error.options.details, { rows: 11, limit: 10 });
});

test('an overload names model, version, queue and when to try again', () => {
  const admission = setUp(10);
  admission.callTook(20);
  admission.admit(10);
  const error = refusal(() => admission.admit(1));
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
    admission.callTook(10);
    admission.admit(40);
  }
  assert.equal(one.retryAfterMs, 100);
  assert.equal(two.retryAfterMs, 50);
});

test('the estimate follows the calls that were measured', () => {
  const admission = setUp(100, 1);
  admission.admit(1);
  const guess = admission.retryAfterMs;
  admission.callTook(8);
  assert.equal(admission.retryAfterMs, 8);
  for (let call = 0; call < 50; call += 1) admission.callTook(200);
  assert.ok(guess > 0 && Math.abs(admission.retryAfterMs - 200) <= 1);
});
