/** Where a version is in its life. A union by `phase`, so that a reason exists exactly where something went wrong. */
export type VersionState =
  | {
      readonly phase: 'DISCOVERED' | 'VERIFYING' | 'LOADING' | 'WARMING' | 'READY' | 'DRAINING' | 'UNLOADED';
      readonly since: Date;
    }
  | { readonly phase: 'FAILED' | 'HELD'; readonly since: Date; readonly reason: string };

export type VersionPhase = VersionState['phase'];

// From each phase of loading a version goes back to DISCOVERED when its files turn out to be still on their way.
const successors: Readonly<Record<VersionPhase, readonly VersionPhase[]>> = {
  DISCOVERED: ['VERIFYING', 'FAILED', 'UNLOADED'],
  VERIFYING: ['LOADING', 'FAILED', 'DISCOVERED'],
  LOADING: ['WARMING', 'FAILED', 'DISCOVERED'],
  WARMING: ['READY', 'HELD', 'FAILED', 'DISCOVERED', 'DRAINING'],
  READY: ['DRAINING', 'FAILED'],
  HELD: ['READY', 'HELD', 'DRAINING', 'FAILED'],
  DRAINING: ['UNLOADED'],
  UNLOADED: [],
  FAILED: ['UNLOADED'],
};

/** A step in a version's life. */
export type NextState =
  | { readonly phase: Exclude<VersionPhase, 'FAILED' | 'HELD'> }
  | { readonly phase: 'FAILED' | 'HELD'; readonly reason: string };

/** The state of a version whose folder was just seen. */
export function discovered(now: Date): VersionState {
  return { phase: 'DISCOVERED', since: now };
}

/**
 * The one place where a version changes its phase.
 * @throws Error on a step that no life has, which is a fault of ours.
 */
export function advance(state: VersionState, to: NextState, now: Date): VersionState {
  if (!successors[state.phase].includes(to.phase)) {
    throw new Error(`A version cannot go from ${state.phase} to ${to.phase}.`);
  }
  return { ...to, since: now };
}

/** Whether nothing more will happen to a version by itself: it serves, or has said why it does not. */
export function isSettled(state: VersionState): boolean {
  return state.phase === 'READY' || state.phase === 'FAILED' || state.phase === 'HELD' || state.phase === 'UNLOADED';
}
