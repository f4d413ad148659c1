import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ModelLoadError } from '../../../src/errors.ts';
import { findTask, tasks } from '../../../src/tasks/index.ts';

test('each task stands in the table under its own name', () => {
  for (const [name, task] of Object.entries(tasks)) assert.equal(task.name, name);
});

test('an unknown task is refused with those that there are', () => {
  for (const name of ['fill-mask', 'toString', '__proto__']) {
    assert.throws(
      () => findTask(name),
      (error) => error instanceof ModelLoadError && error.message.includes(Object.keys(tasks).join(', ')),
    );
  }
});
