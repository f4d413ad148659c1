/** Lets jobs run together while they have no more pixels than allowed; the others wait in their order. */
export class PixelBudget {
  readonly #allowed: number;
  #taken = 0;
  readonly #waiting: { readonly pixels: number; readonly start: () => void }[] = [];

  /** @param allowed of all jobs together; a job that has more runs alone. */
  constructor(allowed: number) {
    this.#allowed = allowed;
  }

  async run<Result>(pixels: number, job: () => Promise<Result>): Promise<Result> {
    await new Promise<void>((start) => {
      this.#waiting.push({ pixels, start });
      this.#startNext();
    });
    try {
      return await job();
    } finally {
      this.#taken -= pixels;
      this.#startNext();
    }
  }

  #startNext(): void {
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      if (this.#taken > 0 && this.#taken + next.pixels > this.#allowed) return;
      this.#taken += next.pixels;
      this.#waiting.shift();
      next.start();
    }
  }
}
