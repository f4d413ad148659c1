/** How long and how often a scenario measures. */
export interface Effort {
  /** Alternating runs of each contestant. */
  readonly runs: number;
  /** Seconds of load in a run. */
  readonly seconds: number;
  /** Seconds of load before a server is measured: until then the compiler of V8 takes a good part of the CPU. */
  readonly warmUpSeconds: number;
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
  /** Where the figure stands in a chart: those of one title make one chart. */
  readonly chart?: { readonly title: string; readonly label: string };
}

/** One comparison. Starts what it needs, measures, and stops it. */
export interface Scenario {
  readonly name: string;
  /** @throws Skipped when the machine lacks what it needs. */
  measure(effort: Effort): Promise<readonly Measurement[]>;
}

/** Why something is not measured on this machine; no fault. */
export class Skipped extends Error {}
