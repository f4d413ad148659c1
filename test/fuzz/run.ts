import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { createBench } from './bench.ts';
import { runTarget, type FuzzReport } from './run-target.ts';
import type { FuzzTarget } from './target.ts';
import { targets } from './targets.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Math.trunc(Date.now() % 2 ** 31)) },
    target: { type: 'string', multiple: true },
    path: { type: 'string' },
    minutes: { type: 'string', default: '30' },
  },
});
const [total, seed, minutes] = [values.cases, values.seed, values.minutes].map(Number) as [number, number, number];
const chosen = targets.filter(({ name }) => values.target === undefined || values.target.includes(name));
if (chosen.length === 0 || ![total, seed, minutes].every(Number.isFinite)) {
  console.error(`npm run fuzz -- [--cases N] [--seed N] [--minutes N] [--target NAME ...] [--path PATH]`);
  console.error(targets.map(({ name, about }) => `  ${name.padEnd(14)} ${about}`).join('\n'));
  process.exit(2);
}

const bench = createBench();
const start = performance.now();
const left = () => minutes * 60_000 - (performance.now() - start);
const shares = chosen.reduce((sum, { share }) => sum + share, 0);
const reports: FuzzReport[] = [];
let isShort = false;

// The servers are processes of their own, which would go on.
process.once('SIGINT', () => void bench.close().finally(() => process.exit(130)));

console.log(`${total} cases with seed ${seed}, in ${minutes} minutes at most, on ${availableParallelism()} CPUs.`);
try {
  for (const target of chosen) {
    const cases = values.path === undefined ? Math.ceil((total * target.share) / shares) : 1;
    const report = await runOne(target, cases);
    reports.push(report);
    isShort ||= report.failure === null && report.cases < cases;
  }
} finally {
  await bench.close();
}

const done = reports.reduce((sum, report) => sum + report.cases, 0);
const failed = reports.filter(({ failure }) => failure !== null);
console.log(`\n${done} cases in ${seconds(performance.now() - start)}, seed ${seed}; ${failed.length} targets failed.`);
if (isShort) console.log('The time was over before all cases were tried.');
process.exitCode = failed.length > 0 || isShort ? 1 : 0;

async function runOne(target: FuzzTarget, cases: number): Promise<FuzzReport> {
  console.log(`\n${target.name}: ${target.about}`);
  let toldAt = performance.now();
  const onCase = (done: number): void => {
    if (performance.now() - toldAt < 10_000) return;
    toldAt = performance.now();
    console.log(`  ${done} of ${cases}`);
  };
  const report = await runTarget(target, bench, {
    cases,
    seed,
    path: values.path,
    withinMs: Math.max(left(), 1),
    onCase,
  });
  const { durationMs, outcomes, slowest, failure } = report;
  console.log(`  ${report.cases} of ${cases} cases in ${seconds(durationMs)}`);
  for (const [outcome, count] of [...outcomes].sort((one, other) => other[1] - one[1])) {
    console.log(`  ${String(count).padStart(8)}  ${outcome}`);
  }
  if (slowest !== null) console.log(`  the slowest took ${seconds(slowest.ms)}: ${slowest.what}`);
  if (failure !== null) console.log(`  FAILED: ${failure}`);
  return report;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
