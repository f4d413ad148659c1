import { countOf, type HistogramData } from './histogram.ts';
import type { Buckets } from './buckets.ts';
import type { Readings } from './readings.ts';
import { metricEntries } from './table.ts';

/** The media type of what `expose` makes. */
export const expositionType = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * The text format of Prometheus, version 0.0.4: every metric of the table, in its order, those without series too.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function expose(readings: Readings): string {
  const lines: string[] = [];
  for (const [name, entry] of metricEntries) {
    lines.push(`# HELP ${name} ${escape(entry.help)}`, `# TYPE ${name} ${entry.type}`);
    for (const [values, value] of readings[name] ?? []) {
      const labels = entry.labels.map((label, place) => labelPair(label, values[place] ?? ''));
      if (typeof value === 'number') lines.push(`${name}${inBraces(labels)} ${value}`);
      else if (entry.type === 'histogram') lines.push(...histogramLines(name, labels, entry.buckets, value));
    }
  }
  return `${lines.join('\n')}\n`;
}

function histogramLines(name: string, labels: readonly string[], buckets: Buckets, data: HistogramData): string[] {
  const lines: string[] = [];
  let below = 0;
  let next = 0;
  for (const place of buckets.shown) {
    for (; next <= place; next += 1) below += data.counts[next] ?? 0;
    const bound = decimal((buckets.bounds[place] ?? 0) * buckets.scale);
    lines.push(`${name}_bucket${inBraces([...labels, labelPair('le', bound)])} ${below}`);
  }
  const count = countOf(data);
  lines.push(
    `${name}_bucket${inBraces([...labels, labelPair('le', '+Inf')])} ${count}`,
    `${name}_sum${inBraces(labels)} ${data.sum * buckets.scale}`,
    `${name}_count${inBraces(labels)} ${count}`,
  );
  return lines;
}

/** Without the noise of the last binary places. */
function decimal(value: number): string {
  return String(Number(value.toPrecision(12)));
}

function labelPair(label: string, value: string): string {
  return `${label}="${escape(value).replaceAll('"', String.raw`\"`)}"`;
}

function inBraces(pairs: readonly string[]): string {
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escape(text: string): string {
  return text.replaceAll('\\', String.raw`\\`).replaceAll('\n', String.raw`\n`);
}
