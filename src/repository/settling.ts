import type { FoundModel } from './scan.ts';

/** What was seen of one folder, by the clock of this machine. */
interface Seen {
  /** Everything that changes when the folder does. */
  readonly mark: string;
  /** When the folder was first seen like this. */
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
 */
export class Settling {
  readonly #quietMs: number;
  readonly #now: () => number;
  readonly #seen = new Map<string, Seen>();

  /** @param options.now milliseconds since the epoch. */
  constructor({ quietMs, now }: { readonly quietMs: number; readonly now: () => number }) {
    this.#quietMs = quietMs;
    this.#now = now;
  }

  /** @returns 0 when the folder stands still, else after how many milliseconds to look again. */
  wait(found: FoundModel): number {
    const now = this.#now();
    const seen = this.#see(found, now);
    this.#seen.set(found.name, seen);
    const bySight = seen.since + this.#quietMs - now;
    const byTime = found.changedAt + this.#quietMs - now;
    const isTimeUsable = !seen.isTimeWrong && found.changedAt <= now;
    // Rounded up, because timers cut fractions off: the next look would come too early.
    return Math.max(0, Math.ceil(isTimeUsable ? Math.min(bySight, byTime) : bySight));
  }

  /** Forgets a folder that is gone. */
  forget(name: string): void {
    this.#seen.delete(name);
  }

  #see({ name, manifest, versions, changedAt }: FoundModel, now: number): Seen {
    const mark = JSON.stringify([manifest, versions, changedAt]);
    const before = this.#seen.get(name);
    if (before === undefined) return { mark, since: now, lookedAt: now, isTimeWrong: false };
    // A clock that was set back would make the folder wait for as long.
    if (before.mark === mark && before.since <= now) return { ...before, lookedAt: now };
    // A second change within the time, which claims to be older than the look that did not see it. The first one alone
    // may be a rename.
    const isTimeWrong = now - before.since < this.#quietMs && changedAt < before.lookedAt;
    return { mark, since: now, lookedAt: now, isTimeWrong };
  }
}
