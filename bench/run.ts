import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import type { Measurement, Scenario } from './scenario.ts';
import { eventLoopUnderLoad } from './scenarios/event-loop-under-load.ts';
import { irisAgainstApollo } from './scenarios/iris-against-apollo.ts';
import { mlpAgainstBareLoop } from './scenarios/mlp-against-bare-loop.ts';
import { schemaSwap } from './scenarios/schema-swap.ts';
import { swapMemory } from './scenarios/swap-memory.ts';
import { spreadOf } from './statistics.ts';

/** Measures every scenario, prints a table, writes `bench/results/<date>.json`, and with --check fails on a missed bar. */
const scenarios: Readonly<Record<string, Scenario>> = {
  iris: irisAgainstApollo,
  mlp: mlpAgainstBareLoop,
  loop: eventLoopUnderLoad,
  schema: schemaSwap,
  memory: swapMemory,
};

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    check: { type: 'boolean', default: false },
  },
});
const effort = { runs: Number(options.runs), seconds: Number(options.seconds) };
const thresholds = JSON.parse(readFileSync(new URL('thresholds.json', import.meta.url), 'utf8')) as Record<
  string,
  { atLeast?: number; atMost?: number } | undefined
>;

const results: (Measurement & { median: number; least: number; greatest: number; bar: string; reached: boolean })[] =
  [];
for (const [key, scenario] of Object.entries(scenarios)) {
  if (positionals.length > 0 && !positionals.includes(key)) continue;
  console.log(`${key}: ${scenario.name}`);
  for (const measurement of await scenario.measure(effort)) {
    const spread = spreadOf(measurement.values);
    const { atLeast, atMost } = thresholds[measurement.name] ?? {};
    const bar = atLeast !== undefined ? `≥ ${atLeast}` : atMost !== undefined ? `≤ ${atMost}` : 'none';
    const reached = spread.median >= (atLeast ?? -Infinity) && spread.median <= (atMost ?? Infinity);
    results.push({ ...measurement, ...spread, bar, reached });
    console.log(`  ${JSON.stringify(measurement.details)}`);
  }
}
console.table(
  Object.fromEntries(
    results.map(({ name, unit, median, least, greatest, bar, reached }) => [
      name,
      { unit, median: round(median), least: round(least), greatest: round(greatest), bar, reached },
    ]),
  ),
);
const machine = { cpu: cpus()[0]?.model, cores: cpus().length, memoryBytes: totalmem(), node: process.version };
mkdirSync(new URL('results/', import.meta.url), { recursive: true });
const file = new URL(`results/${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.json`, import.meta.url);
writeFileSync(file, `${JSON.stringify({ machine, effort, results }, null, 2)}\n`);
if (options.check && results.some(({ reached }) => !reached)) process.exitCode = 1;

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
