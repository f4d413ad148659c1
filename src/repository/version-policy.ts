/** Which versions to load, from the manifest. */
export type ServePolicy = 'latest' | 'all' | readonly number[];

export interface VersionChoice {
  /** Versions to load, ascending. */
  readonly load: readonly number[];
  /** Versions that the manifest names and the folder does not have. */
  readonly missing: readonly number[];
}

/** Chooses the versions to load. Pure, so that every replica that sees the same folder chooses alike. */
export function chooseVersions(
  available: readonly number[],
  policy: ServePolicy,
  labels: Readonly<Record<string, number>>,
): VersionChoice {
  const ascending = available.toSorted((a, b) => a - b);
  const labelled = Object.values(labels);
  let wanted: readonly number[];
  if (policy === 'all') wanted = ascending;
  else if (policy === 'latest') wanted = ascending.slice(-1);
  else wanted = policy;
  // A label is a promise to clients, so what it names is loaded whatever the policy says.
  const all = [...new Set([...wanted, ...labelled])].toSorted((a, b) => a - b);
  return {
    load: all.filter((version) => available.includes(version)),
    missing: all.filter((version) => !available.includes(version)),
  };
}

/** The version that a request without a version gets: the newest that is ready, among those that the policy serves. */
export function defaultVersion(ready: readonly number[], policy: ServePolicy): number | null {
  const served = typeof policy === 'string' ? ready : ready.filter((version) => policy.includes(version));
  return served.length === 0 ? null : Math.max(...served);
}

/** Finds the version that a number or a label means; null when there is none. */
export function resolveVersionRef(
  ref: string,
  versions: readonly number[],
  labels: Readonly<Record<string, number>>,
): number | null {
  const labelled = Object.hasOwn(labels, ref) ? labels[ref] : undefined;
  const version = labelled ?? (/^[1-9]\d{0,8}$/.test(ref) ? Number(ref) : undefined);
  return version !== undefined && versions.includes(version) ? version : null;
}
