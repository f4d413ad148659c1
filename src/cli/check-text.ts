import { basename } from 'node:path';
import type { CheckedModel, CheckedVersion, CheckReport, CheckSummary } from './check-report.ts';
import { formatFileSize } from './file-size.ts';
import { printable } from './printable.ts';

/** A row of the report: what, of what, and the words on it. */
type Row = readonly [what: string, about: string, words: string];

/** The report for people: a line for each version, warnings below it, and a line that sums up. */
export function printCheckReport(report: CheckReport): string {
  const { problem, models, misplaced, schema, summary } = report;
  const file = basename(schema?.file ?? '');
  const rows: Row[] = [
    ...(problem === null ? [] : [['PROBLEM', '', problem] as const]),
    ...models.flatMap(modelRows),
    ...misplaced.map(({ name, problem: words }): Row => ['PROBLEM', name, words]),
    ...(schema?.breaking ?? []).map(({ description }): Row => ['BREAKS', file, description]),
    ...(schema?.dangerous ?? []).map(({ description }): Row => ['warning', file, description]),
  ];
  if (schema?.breaking.length === 0) rows.push(['KEEPS', file, 'No change breaks its clients.']);
  const width = Math.max(...rows.map(([, about]) => about.length), 0);
  const lines = rows.map(([what, about, words]) => `${what.padEnd(7)}  ${about.padEnd(width)}  ${oneLine(words)}`);
  return printable(`${lines.join('\n')}\n\n${report.ok ? 'All is well' : 'Not all is well'}: ${sumUp(summary)}.\n`);
}

function modelRows({ name, task, problem, versions }: CheckedModel): Row[] {
  return [
    ...(problem === null ? [] : [['PROBLEM', name, problem] as const]),
    ...versions.flatMap((version): Row[] => {
      const about = `${name}/${version.version}`;
      const words = version.reason ?? readyWords(task, version);
      return [[version.result, about, words], ...version.warnings.map((warning): Row => ['warning', about, warning])];
    }),
  ];
}

function readyWords(task: string, { field, goldenExamples, sizeBytes }: CheckedVersion): string {
  const face = field === null ? 'no field of its own types, only infer' : `field ${field}`;
  const golden = goldenExamples === 0 || goldenExamples === null ? 'no golden examples' : agreement(goldenExamples);
  return `${face}, task ${task}, ${golden}, ${formatFileSize(sizeBytes ?? 0)}`;
}

function agreement(count: number): string {
  return count === 1 ? '1 golden example agrees' : `${count} golden examples agree`;
}

/** Reasons quote what others wrote, and a report has a line for each thing. */
function oneLine(words: string): string {
  return words.replaceAll(/\s*\n\s*/g, ' ');
}

function sumUp(summary: CheckSummary): string {
  const counts: readonly (readonly [number, string, string])[] = [
    [summary.failed, 'failed', 'failed'],
    [summary.held, 'held', 'held'],
    [summary.skipped, 'skipped', 'skipped'],
    [summary.problems, 'problem', 'problems'],
    [summary.breakingChanges, 'breaking change', 'breaking changes'],
    [summary.warnings, 'warning', 'warnings'],
  ];
  const told = counts
    .filter(([count]) => count > 0)
    .map(([count, one, many]) => `${count} ${count === 1 ? one : many}`);
  return [`${summary.ready} ${summary.ready === 1 ? 'version' : 'versions'} ready`, ...told].join(', ');
}
