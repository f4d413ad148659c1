import { ModelLoadError } from '../errors.ts';
import type { Manifest } from '../repository/manifest.ts';
import type { ManifestPart, Task } from './task.ts';

/** Each part with what the manifest says there; undefined where it says nothing. */
function givenParts({ features, labels, outputs }: Manifest): Readonly<Record<ManifestPart, string | undefined>> {
  const { label, scores, value, activation } = outputs;
  return {
    features: features && `${features.length} of them`,
    labels: labels?.join(', '),
    'outputs.label': label,
    'outputs.scores': scores,
    'outputs.value': value,
    'outputs.activation': activation === 'none' ? undefined : activation,
  };
}

/**
 * Refuses what the manifest says and its task does not use, since it would silently do nothing.
 * @param tasks all that there are, to name those that would use it.
 * @throws ModelLoadError
 */
export function refuseUnusedParts(
  task: Pick<Task, 'name' | 'uses'>,
  manifest: Manifest,
  tasks: readonly Pick<Task, 'name' | 'uses'>[],
): void {
  for (const [part, given] of Object.entries(givenParts(manifest)) as [ManifestPart, string | undefined][]) {
    if (given === undefined || task.uses.includes(part)) continue;
    const users = tasks.filter(({ uses }) => uses.includes(part)).map(({ name }) => name);
    throw new ModelLoadError(
      `The manifest says ${part}: ${shorten(given)}, which the task ${task.name} does not use: leave it out, or say task: ${users.join(' or ')}.`,
    );
  }
}

/** Refuses features that have one name, and limits that nothing can keep. @throws ModelLoadError */
export function refuseContradictions({ features = [] }: Manifest): void {
  const names = new Set<string>();
  for (const { name, min, max } of features) {
    if (names.has(name)) throw new ModelLoadError(`The manifest has two features "${name}": rename one of them.`);
    names.add(name);
    if (min !== undefined && max !== undefined && min > max) {
      throw new ModelLoadError(
        `The feature "${name}" has min ${min} and max ${max}: min must not be greater than max.`,
      );
    }
  }
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
