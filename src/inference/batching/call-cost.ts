/** About the last fifty calls matter. */
const defaultMemory = 0.98;

/**
 * What the calls of one model cost: a + b · positions milliseconds, by least squares over its past calls, the newest
 * counting the most. From it follows how many positions of padding one more call is worth.
 */
export class CallCost {
  readonly #memory: number;
  #weight = 0;
  #sumX = 0;
  #sumY = 0;
  #sumXX = 0;
  #sumXY = 0;

  /** @param memory how much what was measured before counts beside a new call, less than 1. */
  constructor(memory = defaultMemory) {
    this.#memory = memory;
  }

  /** Learns from a call. @param positions of all its rows, padding included. */
  observe(positions: number, milliseconds: number): void {
    this.#weight = this.#weight * this.#memory + 1;
    this.#sumX = this.#sumX * this.#memory + positions;
    this.#sumY = this.#sumY * this.#memory + milliseconds;
    this.#sumXX = this.#sumXX * this.#memory + positions * positions;
    this.#sumXY = this.#sumXY * this.#memory + positions * milliseconds;
  }

  /**
   * As how many positions one more call costs, a / b, 0 or more; infinite where positions cost nothing that can be
   * measured. While calls of different lengths have not been seen it is that of a small transformer.
   */
  get positionsPerCall(): number {
    const line = this.#line();
    if (line === null) return firstGuess;
    return line.slope <= 0 ? Number.POSITIVE_INFINITY : Math.max(0, line.base / line.slope);
  }

  /** How long a call of so many positions is expected to take, in milliseconds; null before the first was measured. */
  millisecondsOf(positions: number): number | null {
    if (this.#weight === 0) return null;
    const line = this.#line();
    if (line === null || line.slope <= 0) return this.#sumY / this.#weight;
    return Math.max(0, line.base + line.slope * positions);
  }

  /** Null while lengths hardly differ, which says nothing of the slope. */
  #line(): { readonly base: number; readonly slope: number } | null {
    const variance = this.#sumXX - (this.#sumX * this.#sumX) / Math.max(this.#weight, 1);
    if (this.#weight < 2 || variance <= 1e-3 * this.#sumXX) return null;
    const slope = (this.#sumXY - (this.#sumX * this.#sumY) / this.#weight) / variance;
    return { slope, base: (this.#sumY - slope * this.#sumX) / this.#weight };
  }
}

/** Positions that a call without any would take, before anything was measured: 0.2 ms at 2 µs each. */
const firstGuess = 100;
