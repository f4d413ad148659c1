import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { describe, test } from 'node:test';
import { compileOptions, OptionsError } from '../../../src/config/options.ts';

describe('the number of processes', () => {
  test('is 1 where nothing is said', () => assert.equal(compileOptions({}, {}).processes, 1));

  test('is a number, or auto for as many as the system can run at a time', () => {
    assert.equal(compileOptions({ processes: '3' }, {}).processes, 3);
    assert.equal(compileOptions({}, { INFERQL_PROCESSES: 'auto' }).processes, Math.min(availableParallelism(), 256));
  });

  for (const processes of ['0', '257', '1.5', 'all']) {
    test(`is not ${processes}`, () => {
      assert.throws(
        () => compileOptions({ processes }, {}),
        (error) => {
          assert.ok(error instanceof OptionsError);
          assert.match(error.message, /^option --processes: must be .*a whole number from 1 to 256 \(got "/);
          return true;
        },
      );
    });
  }
});
