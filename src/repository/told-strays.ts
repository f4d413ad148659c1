import type { StrayModel } from './scan.ts';

/** The strays that were told of: each is told of once, for as long as it lies there. */
export class ToldStrays {
  #names: ReadonlySet<string> = new Set();

  /** @returns those of the last scan that nobody was told of yet. */
  sift(strays: readonly StrayModel[]): readonly StrayModel[] {
    const told = this.#names;
    this.#names = new Set(strays.map(({ name }) => name));
    return strays.filter(({ name }) => !told.has(name));
  }
}
