import type { GeneratedParts } from '../../graphql/generated-part.ts';
import { ModelLoadError } from '../../errors.ts';
import { closeServedModel, type ServedModel } from '../../inference/served-model.ts';
import { chooseVersions } from '../../repository/version-policy.ts';
import type { Destination } from './destination.ts';

/** What a server that watches the folder makes of a version once it is in place. */
export interface Standing {
  /**
   * `default`: it answers requests that name no version. `by-name`: those that name it. `held`: none, until somebody
   * accepts that it breaks what clients rely on. `no`: none, since the manifest neither serves nor labels it.
   */
  readonly served: 'default' | 'by-name' | 'held' | 'no';
  /** What clients of the version before could no longer do, a sentence each. */
  readonly breaks: readonly string[];
  /** The version that it was compared with; null where there is none that can be opened. */
  readonly comparedWith: number | null;
}

/** What the manifest says of a version beside the others: whether it serves, and by default. */
export function standingOf({ inForce, version, versions }: Destination): 'default' | 'by-name' | 'no' {
  const { serve, labels } = inForce.versions;
  const { all, firstOf } = chooseVersions([...versions, version], serve);
  if ((firstOf[0] ?? all.at(-1)) === version) return 'default';
  return all.includes(version) || Object.values(labels).includes(version) ? 'by-name' : 'no';
}

/**
 * Finds out whether a version will serve, by comparing it with the newest one that can be opened and serves now.
 * @param open opens a version that is there.
 */
export async function findStanding(
  destination: Destination,
  served: ServedModel,
  parts: GeneratedParts,
  open: (version: number) => Promise<ServedModel>,
): Promise<Standing> {
  const standing = standingOf(destination);
  const { inForce, version, versions } = destination;
  if (standing !== 'default') return { served: standing, breaks: [], comparedWith: null };
  const { all, firstOf } = chooseVersions(versions, inForce.versions.serve);
  for (const other of [...firstOf, ...all.toReversed()]) {
    const before = await openOrNull(() => open(other));
    if (before === null) continue;
    try {
      const breaks = parts.breaks(before, served);
      const isHeld = breaks.length > 0 && !inForce.versions.acceptBreaking.includes(version);
      return { served: isHeld ? 'held' : 'default', breaks, comparedWith: other };
    } finally {
      await closeServedModel(before);
    }
  }
  return { served: 'default', breaks: [], comparedWith: null };
}

/** A version that failed serves nobody. */
async function openOrNull(open: () => Promise<ServedModel>): Promise<ServedModel | null> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof ModelLoadError) return null;
    throw error;
  }
}
