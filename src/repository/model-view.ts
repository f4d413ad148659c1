import type { KeptVersion } from './generation.ts';
import type { Manifest } from './manifest.ts';
import type { ModelEntry, VersionEntry } from './model-entry.ts';
import { defaultVersion } from './version-policy.ts';

export interface ModelFacts<Served> {
  readonly name: string;
  readonly manifest: Manifest;
  /** What is wrong, a sentence each. */
  readonly problems: readonly string[];
  /** Ascending by version. */
  readonly versions: readonly KeptVersion<Served>[];
  /** Whether a version is to go as soon as another can take its place. */
  readonly isLeaving: (version: KeptVersion<Served>) => boolean;
}

/** What readers are to see of a model, from what is known of it and from what they saw before. */
export function viewOf<Served>(facts: ModelFacts<Served>, before: ModelEntry<Served> | null): ModelEntry<Served> {
  const { name, manifest, versions, isLeaving } = facts;
  const serving = versions.filter((kept) => kept.serving !== null);
  const ready = serving.map(({ version }) => version);
  const staying = serving.filter((kept) => !isLeaving(kept)).map(({ version }) => version);
  const { labels, refused } = moveLabels(manifest, ready, before?.labels ?? new Map());
  // While nothing that the policy names is ready, what served before goes on: loaded before unloaded, whatever changes.
  const kept = before?.defaultVersion ?? null;
  const fallback = kept !== null && ready.includes(kept) ? kept : null;
  const problems = [...facts.problems, ...refused];
  return {
    name,
    manifest,
    problem: problems.length === 0 ? null : problems.join(' '),
    versions: versions.map(versionEntry),
    defaultVersion: defaultVersion(staying, manifest.versions.serve) ?? fallback,
    labels,
  };
}

/** The models with one of them as it is now, ascending by name, whenever each of them came. */
export function withModel<Served>(
  models: ReadonlyMap<string, ModelEntry<Served>>,
  entry: ModelEntry<Served>,
): ReadonlyMap<string, ModelEntry<Served>> {
  const changed = new Map(models).set(entry.name, entry);
  if (models.has(entry.name)) return changed;
  return new Map([...changed].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** A label moves when the version that it is to name is ready, and stays where it was until then. */
function moveLabels(manifest: Manifest, ready: readonly number[], before: ReadonlyMap<string, number>) {
  const labels = new Map<string, number>();
  const refused: string[] = [];
  for (const [label, version] of Object.entries(manifest.versions.labels)) {
    const old = before.get(label);
    if (ready.includes(version)) labels.set(label, version);
    else {
      const stays = old !== undefined && ready.includes(old);
      if (stays) labels.set(label, old);
      refused.push(
        `The label "${label}" cannot name version ${version}, which is not ready` +
          (stays ? `; it goes on naming version ${old}.` : '.'),
      );
    }
  }
  return { labels, refused };
}

function versionEntry<Served>({ version, serving, latest }: KeptVersion<Served>): VersionEntry<Served> {
  const shown = serving ?? latest;
  return {
    version,
    state: shown.state,
    file: shown.file,
    served: serving?.loaded ?? null,
    update: serving !== null && latest !== serving ? latest.state : null,
  };
}
