/** Who waits for a piece of work, and whether it still does. */
export interface Waiter {
  readonly signal: Pick<AbortSignal, 'aborted' | 'reason'>;
}

interface Waiting {
  readonly cost: number;
  readonly waiter: Waiter | undefined;
  readonly run: () => void;
  readonly drop: (reason: unknown) => void;
}

/**
 * Lets pieces of work take turns with everything else on the event loop: in one turn no more is done than the budget, or
 * one piece that costs more than that alone. The pieces of one waiter run in the order in which they came, and waiters
 * take turns with each other, so that a long list does not stand before everybody else. What nobody waits for any more
 * is dropped.
 */
export class Turns {
  readonly #budget: number;
  readonly #nextTurn: (run: () => void) => void;
  /** By waiter; the first is the one whose turn it is. */
  readonly #waiting = new Map<Waiter | undefined, Waiting[]>();
  #spent = 0;
  #isScheduled = false;

  /**
   * @param budget for one turn, in the unit of the costs.
   * @param nextTurn calls back in the next turn of the event loop.
   */
  constructor(budget: number, nextTurn: (run: () => void) => void = setImmediate) {
    this.#budget = budget;
    this.#nextTurn = nextTurn;
  }

  /**
   * Does the work at once where this turn has room for it and nobody waits, else as soon as it is its turn.
   * @param waiter one object for all pieces of a list.
   */
  take<Result>(cost: number, work: () => Result, waiter?: Waiter): Result | Promise<Result> {
    if (this.#waiting.size === 0 && this.#hasRoom(cost)) {
      this.#spend(cost);
      return work();
    }
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const run = (): void => {
      try {
        resolve(work());
      } catch (error) {
        reject(error);
      }
    };
    const queue = this.#waiting.get(waiter) ?? [];
    queue.push({ cost, waiter, run, drop: reject });
    this.#waiting.set(waiter, queue);
    this.#schedule();
    return promise;
  }

  #hasRoom(cost: number): boolean {
    return this.#spent === 0 || this.#spent + cost <= this.#budget;
  }

  #spend(cost: number): void {
    this.#spent += cost;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#nextTurn(() => this.#turn());
  }

  #turn(): void {
    this.#isScheduled = false;
    this.#spent = 0;
    for (let next = this.#first(); next !== null && this.#hasRoom(next.cost); next = this.#first()) {
      this.#takeOut(next);
      this.#spend(next.cost);
      next.run();
    }
  }

  /** The next piece that somebody still waits for. */
  #first(): Waiting | null {
    for (const queue of this.#waiting.values()) {
      for (let next = queue[0]; next !== undefined; next = queue[0]) {
        if (next.waiter?.signal.aborted !== true) return next;
        queue.shift();
        next.drop(next.waiter.signal.reason);
        if (queue.length === 0) this.#waiting.delete(next.waiter);
      }
    }
    return null;
  }

  /** Takes the piece out, and puts its waiter behind the others. */
  #takeOut({ waiter }: Waiting): void {
    const queue = this.#waiting.get(waiter) ?? [];
    queue.shift();
    this.#waiting.delete(waiter);
    if (queue.length > 0) this.#waiting.set(waiter, queue);
  }
}
