/** How long and how often a scenario measures. */
export interface Effort {
  /** Alternating runs of each contestant. */
  readonly runs: number;
  /** Seconds of load in a run. */
  readonly seconds: number;
}

/** One figure of a scenario, as a ratio or in a unit that the bar is in. */
export interface Measurement {
  /** Key in `thresholds.json`. */
  readonly name: string;
  readonly unit: string;
  /** One value for each run. */
  readonly values: readonly number[];
  /** What else was seen, for the reader. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** One comparison. Starts what it needs, measures, and stops it. */
export interface Scenario {
  readonly name: string;
  measure(effort: Effort): Promise<readonly Measurement[]>;
}
