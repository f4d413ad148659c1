/** What belongs to something that went is reported for so long, so that the last scrape sees all of it. */
const keptForMs = 10 * 60_000;

interface Kept<Value> {
  readonly value: Value;
  /** Since when it is there no more; null while it is there. */
  goneAt: number | null;
}

/** Values by the name of something that comes and goes. What comes back within ten minutes finds its value as it was. */
export class Lingering<Value> {
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept<Value>>();

  /** @param now milliseconds on a clock that never goes backwards. */
  constructor(now: () => number) {
    this.#now = now;
  }

  of(name: string, make: () => Value): Value {
    const known = this.#kept.get(name);
    if (known !== undefined) return known.value;
    const value = make();
    this.#kept.set(name, { value, goneAt: null });
    return value;
  }

  /** Every value, after those were forgotten that went some time ago. Has to be asked from time to time. */
  values(isThere: (name: string) => boolean): readonly (readonly [name: string, Value])[] {
    const now = this.#now();
    for (const [name, kept] of this.#kept) {
      if (isThere(name)) kept.goneAt = null;
      else if (now - (kept.goneAt ??= now) >= keptForMs) this.#kept.delete(name);
    }
    return [...this.#kept].map(([name, { value }]) => [name, value] as const);
  }
}
