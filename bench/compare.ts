import type { RunningOpponent } from './contestant.ts';
import { checkEqualAnswers } from './exchange.ts';
import { drive, type LoadResult, warm } from './load.ts';
import type { Effort, Measurement } from './scenario.ts';

/** Two contestants that run side by side, and how they are loaded. */
export interface Comparison {
  /** Key of the measurement. */
  readonly name: string;
  readonly ours: RunningOpponent;
  readonly theirs: RunningOpponent;
  readonly connections: number;
  readonly chart?: Measurement['chart'];
}

/**
 * How many times as many requests per second ours answers, both with the same load in turns. Their answers are compared
 * first. An opponent that is not driven waits; what CPU it takes then is in the details, since it takes it from the other.
 */
export async function compareThroughput(comparison: Comparison, effort: Effort): Promise<Measurement> {
  const { name, ours, theirs, connections, chart } = comparison;
  await checkEqualAnswers(ours, theirs);
  for (const { requests } of [ours, theirs]) {
    await warm(requests, { connections, seconds: effort.warmUpSeconds });
  }
  const values: number[] = [];
  const runs: object[] = [];
  for (let run = 0; run < effort.runs; run += 1) {
    const their = await driveBeside(theirs, ours, comparison, effort);
    const our = await driveBeside(ours, theirs, comparison, effort);
    values.push(our.requestsPerSecond / their.requestsPerSecond);
    runs.push({ [theirs.name]: their, [ours.name]: our });
  }
  return { name, unit: '×', values, details: { connections, runs }, ...(chart !== undefined && { chart }) };
}

async function driveBeside(
  driven: RunningOpponent,
  idle: RunningOpponent,
  { connections }: Comparison,
  { seconds }: Effort,
): Promise<LoadResult & { readonly otherCpuMs: number }> {
  const before = await idle.server.cpuMs();
  const { requestsPerSecond, latencyMs } = await drive(driven.requests, { connections, seconds });
  return {
    requestsPerSecond: Math.round(requestsPerSecond),
    latencyMs,
    otherCpuMs: (await idle.server.cpuMs()) - before,
  };
}
