/** What readers see at one time. A request that holds it sees nothing else until it ends. */
export interface Lease<Moment> {
  readonly moment: Moment;
  /** To be called when the request has ended. */
  readonly release: () => void;
}

interface Published<Moment> {
  readonly moment: Moment;
  readonly holds: ReadonlySet<unknown>;
  leases: number;
}

/**
 * The moments of something that changes while it is read: one is current, and those before it live on until the last
 * request that began under them has ended. What a living moment holds must not be freed.
 */
export class Moments<Moment> {
  readonly #living = new Set<Published<Moment>>();
  #current: Published<Moment>;
  #waiting: { readonly value: unknown; readonly resolve: () => void }[] = [];

  constructor(first: Moment) {
    this.#current = { moment: first, holds: new Set(), leases: 0 };
    this.#living.add(this.#current);
  }

  get current(): Moment {
    return this.#current.moment;
  }

  /** @param holds what must live as long as this moment does. */
  publish(moment: Moment, holds: Iterable<unknown>): void {
    const before = this.#current;
    this.#current = { moment, holds: new Set(holds), leases: 0 };
    this.#living.add(this.#current);
    this.#endIfOver(before);
  }

  lease(): Lease<Moment> {
    const leased = this.#current;
    leased.leases += 1;
    let released = false;
    return {
      moment: leased.moment,
      release: () => {
        if (released) return;
        released = true;
        leased.leases -= 1;
        this.#endIfOver(leased);
      },
    };
  }

  /** Settles when no living moment holds the value, and none that is published later will: the caller sees to that. */
  released(value: unknown): Promise<void> {
    if (!this.#isHeld(value)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ value, resolve }));
  }

  #endIfOver(published: Published<Moment>): void {
    if (published === this.#current || published.leases > 0) return;
    this.#living.delete(published);
    const free = this.#waiting.filter(({ value }) => !this.#isHeld(value));
    this.#waiting = this.#waiting.filter((entry) => !free.includes(entry));
    for (const { resolve } of free) resolve();
  }

  #isHeld(value: unknown): boolean {
    for (const { holds } of this.#living) if (holds.has(value)) return true;
    return false;
  }
}
