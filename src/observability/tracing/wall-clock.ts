/** More than the wall clock is off by its own rounding. */
const toleranceMs = 2;

/**
 * Says what the wall clock showed at points of `performance.now()`. Both clocks drift apart over days, and the wall clock
 * is set; but spans that began at the same moment, in whichever trace, are to begin at the same moment.
 */
export class WallClock {
  readonly #wall: () => number;
  readonly #steady: () => number;
  #offset: number;

  /** @param wall milliseconds since 1970; @param steady milliseconds on a clock that never goes backwards. */
  constructor(wall: () => number = Date.now, steady: () => number = () => performance.now()) {
    this.#wall = wall;
    this.#steady = steady;
    this.#offset = wall() - steady();
  }

  /** What the wall clock shows when the other one shows 0, as it is now. */
  get offset(): number {
    const offset = this.#wall() - this.#steady();
    if (Math.abs(offset - this.#offset) > toleranceMs) this.#offset = offset;
    return this.#offset;
  }
}
