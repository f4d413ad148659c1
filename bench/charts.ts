import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type Result, type Results, resultsFolder } from './report.ts';
import { barChart } from './svg-chart.ts';

/**
 * Draws the comparisons of a file of results as `docs/images/bench-*.svg`, one chart for each of their titles.
 *
 * Usage: node bench/charts.ts [results file]; without one, the newest of `bench/results/`.
 */
const newest = readdirSync(resultsFolder)
  .filter((name) => name.endsWith('.json'))
  .toSorted()
  .at(-1);
const file = process.argv[2] ?? (newest === undefined ? undefined : new URL(newest, resultsFolder));
if (file === undefined) throw new Error('There are no results yet: npm run bench makes them.');
const { date, machine, effort, results } = JSON.parse(readFileSync(file, 'utf8')) as Results;

const images = new URL('../docs/images/', import.meta.url);
mkdirSync(images, { recursive: true });
const charts = Map.groupBy(
  results.filter((result) => result.chart !== undefined),
  ({ chart }) => chart?.title ?? '',
);
for (const [title, rows] of charts) {
  const svg = barChart({
    title,
    subtitle: 'How many times as many requests per second inferql answers as each of them; the whiskers are all runs.',
    note: `${date.slice(0, 10)}, ${String(machine['cpu'])}, ${String(machine['cores'])} cores; the middle of ${effort.runs} alternating runs`,
    bars: rows.map((row: Result) => ({
      label: row.chart?.label ?? row.name,
      value: row.median,
      least: row.least,
      greatest: row.greatest,
    })),
    unit: '×',
    line: 1,
  });
  const image = new URL(`bench-${fileName(title)}.svg`, images);
  writeFileSync(image, svg);
  console.log(`docs/images/${basename(image.pathname)}`);
}

function fileName(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
