import { ModelLoadError } from '../errors.ts';
import type { Manifest } from '../repository/manifest.ts';
import type { ManifestPart, Task } from './task.ts';

/** The part of a task that says which parts of a manifest it uses. */
type ManifestUser = Pick<Task, 'name' | 'uses' | 'sections'>;

/** Each part with what the manifest says there; undefined where it says nothing. */
function sharedParts({ features, labels, outputs }: Manifest): Readonly<Record<ManifestPart, string | undefined>> {
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
export function refuseUnusedParts(task: ManifestUser, manifest: Manifest, tasks: readonly ManifestUser[]): void {
  const given = { ...sectionsOf(manifest, tasks), ...sharedParts(manifest) };
  for (const [part, value] of Object.entries(given)) {
    if (value === undefined || usesPart(task, part)) continue;
    const users = tasks.filter((other) => usesPart(other, part)).map(({ name }) => name);
    throw new ModelLoadError(
      `The manifest says ${part}: ${shorten(value)}, which the task ${task.name} does not use: leave it out, or say task: ${users.join(' or ')}.`,
    );
  }
}

function usesPart({ uses, sections = [] }: ManifestUser, part: string): boolean {
  return uses.some((used) => used === part) || sections.some(({ key }) => key === part);
}

/** What the manifest says under the keys that tasks added to it. */
function sectionsOf(manifest: Manifest, tasks: readonly ManifestUser[]): Readonly<Record<string, string | undefined>> {
  const said: Readonly<Record<string, unknown>> = manifest;
  const keys = new Set(tasks.flatMap(({ sections = [] }) => sections.map(({ key }) => key)));
  return Object.fromEntries(
    [...keys].map((key) => [key, said[key] === undefined ? undefined : JSON.stringify(said[key])]),
  );
}

/** Refuses features that have one name, and limits that nothing can keep. @throws ModelLoadError */
export function refuseContradictions({ features = [], timeoutMs, maxTimeoutMs }: Manifest): void {
  if (maxTimeoutMs !== undefined && maxTimeoutMs < timeoutMs) {
    throw new ModelLoadError(
      `The manifest says maxTimeoutMs: ${maxTimeoutMs}, which is less than timeoutMs, ${timeoutMs}: what a request gets that says nothing must not be more than it may ask for.`,
    );
  }
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
