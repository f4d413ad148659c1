import { parseArgs } from 'node:util';
import { readBars, report, type Result, resultOf, writeResults } from './report.ts';
import { type Effort, Skipped } from './scenario.ts';
import { quickScenarios, scenarios } from './scenarios.ts';

/**
 * Measures scenarios, prints a table, writes `bench/results/<date>.json`, and with --check fails on a missed bar.
 * `bench/README.md` says how to read it.
 */
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string' },
    seconds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});
const usual: Effort = options.quick
  ? { runs: 3, seconds: 1, warmUpSeconds: 2 }
  : { runs: 5, seconds: 5, warmUpSeconds: 8 };
const effort: Effort = {
  runs: Number(options.runs ?? usual.runs),
  seconds: Number(options.seconds ?? usual.seconds),
  // A short try needs no figures that hold.
  warmUpSeconds: Math.min(usual.warmUpSeconds, 2 * Number(options.seconds ?? usual.seconds + 3)),
};
const table = options.quick ? quickScenarios : scenarios;
const bars = readBars(options.quick ? 'thresholds-quick.json' : 'thresholds.json');
const unknown = positionals.filter((name) => !(name in table));
if (unknown.length > 0)
  throw new Error(`There is no scenario ${unknown.join(', ')}; there are ${Object.keys(table).join(', ')}.`);

const results: Result[] = [];
let hasFailed = false;
for (const [key, scenario] of Object.entries(table)) {
  if (positionals.length > 0 && !positionals.includes(key)) continue;
  console.log(`${key}: ${scenario.name}`);
  if (options.list) continue;
  try {
    for (const measurement of await scenario.measure(effort)) {
      const result = resultOf(measurement, bars);
      results.push(result);
      console.log(`  ${result.name} ${result.median.toFixed(2)} ${result.unit}`);
    }
  } catch (error) {
    if (error instanceof Skipped) {
      console.log(`  skipped: ${error.message}`);
    } else {
      // The others are still worth their time.
      console.error(error);
      hasFailed = true;
    }
  }
}
if (!options.list) {
  report(results);
  writeResults(results, effort);
  if (hasFailed || (options.check && results.some(({ reached }) => !reached))) process.exitCode = 1;
}
