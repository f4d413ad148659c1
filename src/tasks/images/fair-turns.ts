/** Who wants a turn, and what it takes. */
export interface Turn {
  /** Whoever asks for several turns at once is one owner; owners take turns with each other. */
  readonly owner: object;
  /** How much of what may be taken together the job takes. */
  readonly weight: number;
  /** Aborted when the result is of no use any more. */
  readonly signal?: AbortSignal | undefined;
}

interface Waiting {
  readonly weight: number;
  readonly start: () => void;
}

/**
 * Lets a few jobs run at a time while they are not too heavy together. Others wait: each owner's in their order, and the
 * owners in turn, so that a long list stands before nobody.
 */
export class FairTurns {
  readonly #allowed: number;
  #places: number;
  #taken = 0;
  /** Whoever is first has the next turn, and then goes to the end. No list is empty. */
  readonly #waiting = new Map<object, Waiting[]>();

  /** @param allowed the most weight of all jobs together; a job that has more runs alone. */
  constructor({ places, allowed }: { readonly places: number; readonly allowed: number }) {
    this.#places = places;
    this.#allowed = allowed;
  }

  /**
   * Runs a job once it is its turn. A job that is aborted before is never begun; one that runs keeps its place until it
   * ends, since it cannot be stopped, and its result is dropped.
   * @throws the reason of the signal.
   */
  run<Result>({ owner, weight, signal }: Turn, job: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason);
      const leave = () => {
        this.#remove(owner, waiting);
        reject(signal?.reason);
      };
      const end = () => {
        signal?.removeEventListener('abort', leave);
        this.#places += 1;
        this.#taken -= weight;
        this.#startNext();
      };
      const waiting: Waiting = { weight, start: () => void job().then(resolve, reject).finally(end) };
      signal?.addEventListener('abort', leave);
      const list = this.#waiting.get(owner);
      if (list === undefined) this.#waiting.set(owner, [waiting]);
      else list.push(waiting);
      this.#startNext();
    });
  }

  #remove(owner: object, waiting: Waiting): void {
    const list = this.#waiting.get(owner);
    const place = list?.indexOf(waiting) ?? -1;
    if (list === undefined || place === -1) return;
    list.splice(place, 1);
    if (list.length === 0) this.#waiting.delete(owner);
    // It may have been too heavy, and others behind it are not.
    this.#startNext();
  }

  #startNext(): void {
    for (let [first] = this.#waiting; first !== undefined && this.#places > 0; [first] = this.#waiting) {
      const [owner, list] = first;
      const [next] = list;
      if (next === undefined || (this.#taken > 0 && this.#taken + next.weight > this.#allowed)) return;
      this.#places -= 1;
      this.#taken += next.weight;
      list.shift();
      this.#waiting.delete(owner);
      if (list.length > 0) this.#waiting.set(owner, list);
      next.start();
    }
  }
}
