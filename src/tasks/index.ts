import { ModelLoadError } from '../errors.ts';
import type { Manifest } from '../repository/manifest.ts';
import { refuseContradictions, refuseUnusedParts } from './manifest-parts.ts';
import { tabularClassification } from './tabular-classification.ts';
import { tabularRegression } from './tabular-regression.ts';
import type { Task } from './task.ts';
import { tensorTask } from './tensor.ts';

/** Every task by the name that the manifest gives it. A new task is one file and one row. */
export const tasks: Readonly<Record<string, Task>> = {
  tensor: tensorTask,
  'tabular-classification': tabularClassification,
  'tabular-regression': tabularRegression,
};

/**
 * The task of that name. It refuses manifests that say what it does not use.
 * @throws ModelLoadError listing the known ones.
 */
export function findTask(name: string): Task {
  const task = Object.hasOwn(tasks, name) ? tasks[name] : undefined;
  if (task !== undefined) return strict(task);
  throw new ModelLoadError(`There is no task "${name}"; the tasks are ${Object.keys(tasks).join(', ')}.`);
}

/**
 * Checks what can be said of a manifest before any model is read: that its task exists and uses all that it says, and
 * that its features do not contradict themselves.
 * @throws ModelLoadError
 */
export function checkManifest(manifest: Manifest): void {
  findTask(manifest.task);
  const task = tasks[manifest.task];
  if (task !== undefined) refuseUnusedParts(task, manifest, Object.values(tasks));
  refuseContradictions(manifest);
}

function strict(task: Task): Task {
  return {
    ...task,
    bind(context) {
      refuseUnusedParts(task, context.manifest, Object.values(tasks));
      return task.bind(context);
    },
  };
}
