interface Waiting {
  readonly cost: number;
  run(): void;
}

/**
 * Lets pieces of work take turns with everything else on the event loop: in one turn no more is done than the budget, or
 * one piece that costs more than that alone. Pieces run in the order in which they came.
 */
export class Turns {
  readonly #budget: number;
  readonly #nextTurn: (run: () => void) => void;
  readonly #waiting: Waiting[] = [];
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

  /** Does the work at once where this turn has room for it and nobody waits, else as soon as it is its turn. */
  take<Result>(cost: number, work: () => Result): Result | Promise<Result> {
    if (this.#waiting.length === 0 && this.#hasRoom(cost)) {
      this.#spend(cost);
      return work();
    }
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#waiting.push({
      cost,
      run() {
        try {
          resolve(work());
        } catch (error) {
          reject(error);
        }
      },
    });
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
    for (let next = this.#waiting[0]; next !== undefined && this.#hasRoom(next.cost); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#spend(next.cost);
      next.run();
    }
  }
}
