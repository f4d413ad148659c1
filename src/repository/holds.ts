import type { Order } from './model-entry.ts';

/** What was asked for by hand of one model, as it is handed to a process that starts later. */
export interface HeldOrders {
  readonly loaded: readonly number[];
  readonly unloaded: readonly number[];
  readonly allUnloaded: boolean;
  /** Versions that were accepted, and what each was loaded from. */
  readonly accepted: readonly (readonly [version: number, source: string])[];
}

const nothingHeld: HeldOrders = { loaded: [], unloaded: [], allUnloaded: false, accepted: [] };

/**
 * What people asked for by hand, beside what the folder says. It ends with the model's folder, or with the server: the
 * folder is what lasts.
 */
export class Holds {
  readonly #loaded: Set<number>;
  readonly #unloaded: Set<number>;
  readonly #accepted: Map<number, string>;
  #allUnloaded: boolean;

  constructor({ loaded, unloaded, allUnloaded, accepted }: HeldOrders = nothingHeld) {
    this.#loaded = new Set(loaded);
    this.#unloaded = new Set(unloaded);
    this.#accepted = new Map(accepted);
    this.#allUnloaded = allUnloaded;
  }

  /** All of it, for another process. */
  get orders(): HeldOrders {
    return {
      loaded: [...this.#loaded],
      unloaded: [...this.#unloaded],
      allUnloaded: this.#allUnloaded,
      accepted: [...this.#accepted],
    };
  }

  /** Versions that are to be loaded beside those that the manifest names. */
  get loaded(): readonly number[] {
    return [...this.#loaded];
  }

  isUnloaded(version: number): boolean {
    return this.#unloaded.has(version) || (this.#allUnloaded && !this.#loaded.has(version));
  }

  isAccepted(version: number, source: string): boolean {
    return this.#accepted.get(version) === source;
  }

  /** @param source what a version to accept was loaded from: another, even under the same number, is not accepted. */
  obey(order: Order, source: string | null): void {
    if (order.order === 'ACCEPT') {
      if (source !== null) this.#accepted.set(order.version, source);
    } else if (order.order === 'LOAD') this.#load(order.version);
    else this.#unload(order.version);
  }

  /** Takes back all of it. */
  clear(): void {
    this.#loaded.clear();
    this.#unloaded.clear();
    this.#accepted.clear();
    this.#allUnloaded = false;
  }

  #load(version: number | null): void {
    if (version === null) {
      this.#unloaded.clear();
      this.#allUnloaded = false;
      return;
    }
    this.#unloaded.delete(version);
    this.#loaded.add(version);
  }

  #unload(version: number | null): void {
    if (version === null) {
      this.#loaded.clear();
      this.#allUnloaded = true;
      return;
    }
    this.#loaded.delete(version);
    this.#unloaded.add(version);
  }
}
