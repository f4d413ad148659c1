import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ModelLoadError } from '../../../src/errors.ts';
import { findTask, tasks } from '../../../src/tasks/index.ts';
import type { RowPort } from '../../../src/tasks/row-signature.ts';
import { taskContext } from '../../helpers/shared-types.ts';

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

describe('what a manifest says and its task does not use is refused, with the tasks that do', () => {
  const x: RowPort = { name: 'x', datatype: 'FP32', shape: [1] };
  const bindTo = (task: string, manifest: object) =>
    findTask(task).bind(taskContext([x], [{ ...x, name: 'y' }], { task, ...manifest }));

  for (const [task, manifest, message] of [
    [
      'tensor',
      { labels: ['a', 'b'] },
      /^The manifest says labels: a, b, which the task tensor does not use: leave it out, or say task: tabular-classification or /,
    ],
    ['tabular-regression', { labels: ['a', 'b'] }, /labels: a, b, .*say task: tabular-classification or /],
    ['tabular-regression', { labels: ['a'.repeat(80), 'b'] }, /labels: a{59}…, which/],
    ['tensor', { outputs: { label: 'y' } }, /outputs\.label: y, .*say task: tabular-classification or /],
    ['tensor', { outputs: { scores: 'y' } }, /outputs\.scores: y, .*say task: tabular-classification or /],
    ['tensor', { outputs: { value: 'y' } }, /outputs\.value: y, .*say task: tabular-regression\.$/],
    [
      'tensor',
      { outputs: { activation: 'softmax' } },
      /outputs\.activation: softmax, .*say task: tabular-classification or /,
    ],
    ['tabular-regression', { outputs: { activation: 'sigmoid' } }, /outputs\.activation: sigmoid/],
    ['tabular-classification', { outputs: { value: 'y' } }, /outputs\.value: y, .*say task: tabular-regression\.$/],
  ] as const) {
    test(`${task} with ${JSON.stringify(manifest).slice(0, 60)}`, () => {
      assert.throws(() => bindTo(task, manifest), { name: 'ModelLoadError', message });
    });
  }

  test('and what it uses, or what is the default, is not', () => {
    bindTo('tensor', { features: [{ name: 'x', unit: 'm' }], outputs: { activation: 'none' } });
    bindTo('tabular-regression', { features: [{ name: 'x' }], outputs: { value: 'y' } });
    bindTo('tabular-classification', { labels: ['a', 'b'], outputs: { scores: 'y', activation: 'sigmoid' } });
  });
});
