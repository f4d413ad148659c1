import type { FoundModel, ReadableModel } from './scan.ts';

/** A part of the repository that is copied as one. */
interface Part {
  readonly name: string;
  /** Everything that changes when the part does. */
  readonly mark: string;
  /** When it was last modified: milliseconds since the epoch. */
  readonly changedAt: number;
}

/** What was seen of one part, by the clock of this machine. */
interface Seen {
  readonly mark: string;
  /** When the part was first seen like this. */
  readonly since: number;
  readonly lookedAt: number;
  /** Whether the time that the disk gives for the last change is known not to be when it was made. */
  readonly isTimeWrong: boolean;
}

/**
 * Tells folders that stand still from those that are being copied. A folder stands still when it was seen unchanged for
 * `quietMs`, or when its last change lies as long back: a finished folder that is renamed keeps its times, and is taken
 * at once. The clock of a network disk may be wrong. Times in the future prove nothing, and no more do old times of a
 * folder that changes before our eyes.
 *
 * Each version stands still or not for itself: while one is being copied, which may take long, the others are served,
 * and the manifest is followed.
 */
export class Settling {
  readonly #quietMs: number;
  readonly #now: () => number;
  /** By model, then by the name of the part. */
  readonly #seen = new Map<string, Map<string, Seen>>();

  /** @param options.now milliseconds since the epoch. */
  constructor({ quietMs, now }: { readonly quietMs: number; readonly now: () => number }) {
    this.#quietMs = quietMs;
    this.#now = now;
  }

  /**
   * Looks at a model's folder as it was found.
   * @param isKnown whether the model was read before.
   * @returns after how many milliseconds to look again, 0 when all of it stands still; and what may be read now, null
   * for nothing.
   */
  look(found: FoundModel, isKnown: boolean): { readonly wait: number; readonly readable: ReadableModel | null } {
    const { name, manifest, versions, ownChangedAt } = found;
    const before = this.#seen.get(name) ?? new Map<string, Seen>();
    const seen = new Map<string, Seen>();
    this.#seen.set(name, seen);
    const waitFor = (part: Part): number => {
      const now = this.#now();
      const view = see(part, before.get(part.name), now, this.#quietMs);
      seen.set(part.name, view);
      return this.#wait(part, view, now);
    };
    const own = waitFor({ name: '', mark: JSON.stringify([manifest, ownChangedAt]), changedAt: ownChangedAt });
    const waits = versions.map(({ version, fingerprint, changedAt }) =>
      waitFor({ name: String(version), mark: `${fingerprint} ${changedAt}`, changedAt }),
    );
    const wait = Math.max(own, ...waits);
    // The manifest may come last: versions without it would be served under rules that nobody wrote.
    if (own > 0 || (wait > 0 && manifest === null && !isKnown)) return { wait, readable: null };
    const parts = versions.map(({ version, fingerprint }, at) => ({
      version,
      fingerprint: waits[at] === 0 ? fingerprint : null,
    }));
    return { wait, readable: { ...found, versions: parts } };
  }

  /** Forgets a model whose folder is gone. */
  forget(name: string): void {
    this.#seen.delete(name);
  }

  #wait({ changedAt }: Part, seen: Seen, now: number): number {
    const bySight = seen.since + this.#quietMs - now;
    const byTime = changedAt + this.#quietMs - now;
    const isTimeUsable = !seen.isTimeWrong && changedAt <= now;
    // Rounded up, because timers cut fractions off: the next look would come too early.
    return Math.max(0, Math.ceil(isTimeUsable ? Math.min(bySight, byTime) : bySight));
  }
}

function see({ mark, changedAt }: Part, before: Seen | undefined, now: number, quietMs: number): Seen {
  if (before === undefined) return { mark, since: now, lookedAt: now, isTimeWrong: false };
  // A clock that was set back would make the part wait for as long.
  if (before.mark === mark && before.since <= now) return { ...before, lookedAt: now };
  // A second change within the time, which claims to be older than the look that did not see it. The first one alone
  // may be a rename.
  const isTimeWrong = now - before.since < quietMs && changedAt < before.lookedAt;
  return { mark, since: now, lookedAt: now, isTimeWrong };
}

/** All of a folder, when it is taken as finished. */
export function whole({ versions, ...found }: FoundModel): ReadableModel {
  return { ...found, versions: versions.map(({ version, fingerprint }) => ({ version, fingerprint })) };
}
