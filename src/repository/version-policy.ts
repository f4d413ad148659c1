/** Which versions to load, from the manifest. */
export type ServePolicy = 'latest' | 'all' | readonly number[];

export interface VersionChoice {
  /** Versions that are to serve, each of them, ascending. */
  readonly all: readonly number[];
  /** Versions of which one is to serve: the first, in this order, that can. */
  readonly firstOf: readonly number[];
  /** Versions that the policy names and the folder does not have. */
  readonly missing: readonly number[];
}

/** Chooses the versions to load. Pure, so that every replica that sees the same folder chooses alike. */
export function chooseVersions(available: readonly number[], policy: ServePolicy): VersionChoice {
  const ascending = available.toSorted((a, b) => a - b);
  if (policy === 'all') return { all: ascending, firstOf: [], missing: [] };
  if (policy === 'latest') return { all: [], firstOf: ascending.toReversed(), missing: [] };
  const named = [...new Set(policy)].toSorted((a, b) => a - b);
  return {
    all: named.filter((version) => available.includes(version)),
    firstOf: [],
    missing: named.filter((version) => !available.includes(version)),
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
  labels: ReadonlyMap<string, number>,
): number | null {
  const version = labels.get(ref) ?? (/^[1-9]\d{0,8}$/.test(ref) ? Number(ref) : undefined);
  return version !== undefined && versions.includes(version) ? version : null;
}
