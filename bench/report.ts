import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import type { Effort, Measurement } from './scenario.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** What a figure must be at least or at most. */
interface Bar {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** Bars by the name of the measurement. */
export type Bars = Readonly<Record<string, Bar | undefined>>;

/** A measurement beside its bar. */
export interface Result extends Measurement, Spread {
  /** For people. */
  readonly bar: string;
  readonly reached: boolean;
}

/** What a file of `bench/results/` holds. */
export interface Results {
  readonly date: string;
  readonly machine: Readonly<Record<string, unknown>>;
  readonly effort: Effort;
  readonly results: readonly Result[];
}

export const resultsFolder = new URL('results/', import.meta.url);

/** Reads one of the files of bars in `bench/`. */
export function readBars(file: string): Bars {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as Bars;
}

/** The middle of the runs, against the bar where there is one. */
export function resultOf(measurement: Measurement, bars: Bars): Result {
  const spread = spreadOf(measurement.values);
  const { atLeast, atMost } = bars[measurement.name] ?? {};
  const bar = atLeast !== undefined ? `≥ ${atLeast}` : atMost !== undefined ? `≤ ${atMost}` : 'none';
  const reached = spread.median >= (atLeast ?? -Infinity) && spread.median <= (atMost ?? Infinity);
  return { ...measurement, ...spread, bar, reached };
}

/** Prints a table. */
export function report(results: readonly Result[]): void {
  console.table(
    Object.fromEntries(
      results.map(({ name, unit, median, least, greatest, bar, reached }) => [
        name,
        { unit, median: round(median), least: round(least), greatest: round(greatest), bar, reached },
      ]),
    ),
  );
}

/** Writes `results/<date>.json`, with the machine described. */
export function writeResults(results: readonly Result[], effort: Effort): void {
  const date = new Date().toISOString().slice(0, 19);
  const machine = {
    cpu: cpus()[0]?.model.trim(),
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${process.platform} ${release()}`,
    node: process.version,
  };
  mkdirSync(resultsFolder, { recursive: true });
  const file = new URL(`${date.replaceAll(':', '-')}.json`, resultsFolder);
  writeFileSync(file, `${JSON.stringify({ date, machine, effort, results } satisfies Results, null, 2)}\n`);
  console.log(`written to ${decodeURIComponent(file.pathname)}`);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
