/** Counts by a name of which there are few, such as an error code. Some names are there from the start, with 0. */
export class Outcomes<Name extends string = string> {
  readonly #first: readonly Name[];
  readonly #counts = new Map<Name, number>();

  constructor(first: readonly Name[] = []) {
    this.#first = first;
    this.clear();
  }

  count(name: Name, times = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + times);
  }

  add(other: Outcomes<Name>): void {
    for (const [name, times] of other.#counts) this.count(name, times);
  }

  clear(): void {
    this.#counts.clear();
    for (const name of this.#first) this.#counts.set(name, 0);
  }

  get entries(): readonly (readonly [Name, number])[] {
    return [...this.#counts];
  }
}
