/** How much what was measured before counts beside a new call: about the last fifty calls matter. */
const memory = 0.98;

/**
 * What the calls of one model cost: a + b · positions milliseconds, by least squares over its past calls, the newest
 * counting the most. From it follows how many positions of padding one more call is worth.
 */
export class CallCost {
  #weight = 0;
  #sumX = 0;
  #sumY = 0;
  #sumXX = 0;
  #sumXY = 0;

  /** Learns from a call. @param positions of all its rows, padding included. */
  observe(positions: number, milliseconds: number): void {
    this.#weight = this.#weight * memory + 1;
    this.#sumX = this.#sumX * memory + positions;
    this.#sumY = this.#sumY * memory + milliseconds;
    this.#sumXX = this.#sumXX * memory + positions * positions;
    this.#sumXY = this.#sumXY * memory + positions * milliseconds;
  }

  /**
   * As how many positions one more call costs, a / b, 0 or more; infinite where positions cost nothing that can be
   * measured. While calls of different lengths have not been seen it is that of a small transformer.
   */
  get positionsPerCall(): number {
    const variance = this.#sumXX - (this.#sumX * this.#sumX) / Math.max(this.#weight, 1);
    // Lengths that hardly differ say nothing of the slope.
    if (this.#weight < 2 || variance <= 1e-3 * this.#sumXX) return firstGuess;
    const slope = (this.#sumXY - (this.#sumX * this.#sumY) / this.#weight) / variance;
    if (slope <= 0) return Number.POSITIVE_INFINITY;
    const base = (this.#sumY - slope * this.#sumX) / this.#weight;
    return Math.max(0, base / slope);
  }
}

/** Positions that a call without any would take, before anything was measured: 0.2 ms at 2 µs each. */
const firstGuess = 100;
