import { addHistograms, type HistogramData } from './histogram.ts';
import { metricEntries, metricTable, type MetricEntry, type MetricName } from './table.ts';

/** One series: the values of its labels, in the order of the table, and what it stands at. */
export type Reading = readonly [labels: readonly string[], value: number | HistogramData];

/** What metrics stand at. Those that are not there have no series. */
export type Readings = Readonly<Partial<Record<MetricName, readonly Reading[]>>>;

/** What one process has counted, or several together. It passes between processes as JSON. */
export interface Report {
  readonly sinceStart: Readings;
  /** Of counters and histograms of inference, what came in the last minute. */
  readonly lastMinute: Readings;
}

export const emptyReport: Report = { sinceStart: {}, lastMinute: {} };

/** Puts readings of different metrics, or of different series, side by side. */
export function joinReadings(all: readonly Readings[]): Readings {
  const joined: Partial<Record<MetricName, readonly Reading[]>> = {};
  for (const [name] of metricEntries) {
    const series = all.flatMap((readings) => readings[name] ?? []);
    if (series.length > 0) joined[name] = series;
  }
  return joined;
}

/** What several processes have counted together: counters and histograms add up, gauges become one as the table says. */
export function mergeReports(reports: readonly Report[]): Report {
  return {
    sinceStart: mergeReadings(reports.map(({ sinceStart }) => sinceStart)),
    lastMinute: mergeReadings(reports.map(({ lastMinute }) => lastMinute)),
  };
}

function mergeReadings(all: readonly Readings[]): Readings {
  const merged: Partial<Record<MetricName, readonly Reading[]>> = {};
  for (const [name, entry] of metricEntries) {
    const series = new Map<string, Reading>();
    for (const readings of all) {
      for (const reading of readings[name] ?? []) {
        const key = JSON.stringify(reading[0]);
        const before = series.get(key);
        series.set(key, before === undefined ? reading : [reading[0], combine(entry, before[1], reading[1])]);
      }
    }
    if (series.size > 0) merged[name] = [...series.values()];
  }
  return merged;
}

function combine(entry: MetricEntry, one: Reading[1], other: Reading[1]): Reading[1] {
  if (typeof one === 'object') return typeof other === 'object' ? addHistograms(one, other) : one;
  if (typeof other === 'object') return one;
  if (entry.type !== 'gauge' || entry.across === 'sum') return one + other;
  return entry.across === 'max' ? Math.max(one, other) : Math.min(one, other);
}

/**
 * What is left of the report of a process that has ended: sums must not go down because of it, or scrapers would take
 * that for a new start and count everything twice. Gauges, and what came in its last minute, went with it.
 */
export function lasting({ sinceStart }: Report): Report {
  const kept = Object.entries(sinceStart).filter(([name]) => metricTable[name as MetricName].type !== 'gauge');
  return { sinceStart: Object.fromEntries(kept), lastMinute: {} };
}

/** Readings without the series of models that are not in the repository. */
export function withoutModels({ sinceStart, lastMinute }: Report, isThere: (model: string) => boolean): Report {
  const kept = Object.entries(sinceStart).map(([name, series]) => {
    const at = (metricTable[name as MetricName].labels as readonly string[]).indexOf('model');
    return [name, at < 0 ? series : series.filter(([labels]) => isThere(labels[at] ?? ''))] as const;
  });
  return { sinceStart: Object.fromEntries(kept), lastMinute };
}
