/** What people asked for by hand, beside what the folder says. It ends with the process: the folder is what lasts. */
export class Holds {
  readonly #loaded = new Set<number>();
  readonly #unloaded = new Set<number>();
  readonly #accepted = new Map<number, string>();
  #allUnloaded = false;

  /** Versions that are to be loaded beside those that the manifest names. */
  get loaded(): readonly number[] {
    return [...this.#loaded];
  }

  isUnloaded(version: number): boolean {
    return this.#unloaded.has(version) || (this.#allUnloaded && !this.#loaded.has(version));
  }

  /** Loads a version beside the others; null takes back whatever was unloaded. */
  load(version: number | null): void {
    if (version === null) {
      this.#unloaded.clear();
      this.#allUnloaded = false;
      return;
    }
    this.#unloaded.delete(version);
    this.#loaded.add(version);
  }

  /** Takes a version out of service; null takes all of them. */
  unload(version: number | null): void {
    if (version === null) {
      this.#loaded.clear();
      this.#allUnloaded = true;
      return;
    }
    this.#loaded.delete(version);
    this.#unloaded.add(version);
  }

  /** @param source what the version was loaded from: another, even under the same number, is not accepted. */
  accept(version: number, source: string): void {
    this.#accepted.set(version, source);
  }

  isAccepted(version: number, source: string): boolean {
    return this.#accepted.get(version) === source;
  }
}
