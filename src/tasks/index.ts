import type { ZodType } from 'zod';
import { ModelLoadError } from '../errors.ts';
import {
  manifestSchema,
  readManifest as readManifestFile,
  type Manifest,
  type ManifestSchema,
} from '../repository/manifest.ts';
import { refuseContradictions, refuseUnusedParts } from './manifest-parts.ts';
import { featureExtraction } from './feature-extraction.ts';
import { imageClassification } from './image-classification.ts';
import { objectDetection } from './object-detection.ts';
import { bindWithState } from './state.ts';
import { tabularClassification } from './tabular-classification.ts';
import { tabularRegression } from './tabular-regression.ts';
import type { Task } from './task.ts';
import { tensorTask } from './tensor.ts';
import { textClassification } from './text-classification.ts';

/** Every task by the name that the manifest gives it. A new task is one file and one row. */
export const tasks: Readonly<Record<string, Task>> = {
  tensor: tensorTask,
  'tabular-classification': tabularClassification,
  'tabular-regression': tabularRegression,
  'image-classification': imageClassification,
  'object-detection': objectDetection,
  'text-classification': textClassification,
  'feature-extraction': featureExtraction,
};

/** What is allowed in a manifest: what every task knows, and the keys that some tasks add. */
// The types know the keys of every task only: a task reads its own by `readSection`.
export const manifestFormat = manifestSchema.extend(keysOfTasks()) as unknown as ManifestSchema;

function keysOfTasks(): Readonly<Record<string, ZodType>> {
  const sections = Object.values(tasks).flatMap((task) => task.sections ?? []);
  return Object.fromEntries(sections.map(({ key, schema }) => [key, schema.optional()]));
}

/**
 * Reads a manifest, and checks what can be said of it before any model is read: that its task exists and uses all that
 * it says, and that its features do not contradict themselves.
 * @throws ModelLoadError with line, offending value and what is allowed.
 */
export async function readManifest(path: string): Promise<Manifest> {
  const manifest = await readManifestFile(path, manifestFormat);
  refuseUnusedParts(findTask(manifest.task), manifest, Object.values(tasks));
  refuseContradictions(manifest);
  return manifest;
}

/**
 * The task of that name. It refuses manifests that say what it does not use, and carries the state of models that
 * have one.
 * @throws ModelLoadError listing the known ones.
 */
export function findTask(name: string): Task {
  const task = Object.hasOwn(tasks, name) ? tasks[name] : undefined;
  if (task === undefined) {
    throw new ModelLoadError(`There is no task "${name}"; the tasks are ${Object.keys(tasks).join(', ')}.`);
  }
  return {
    ...task,
    bind(context) {
      refuseUnusedParts(task, context.manifest, Object.values(tasks));
      return bindWithState(task, context);
    },
  };
}
