import { withServer } from '../contestant.ts';
import { graphql } from '../dialects.ts';
import { startGatewayProcess } from '../gateway-process.ts';
import { drive, warm } from '../load.ts';
import { arrive } from '../open-loop.ts';
import type { Scenario } from '../scenario.ts';
import { iris } from '../workloads.ts';

const shares = [50, 80, 120];

/** Latencies when requests arrive at random at a part of what the gateway can answer, and beyond it. */
export const openLoop: Scenario = {
  name: 'iris, arrivals at 50 %, 80 % and 120 % of what 64 connections get answered: latency from the moment of arrival',
  measure: (effort) =>
    withServer(startGatewayProcess(), async ({ url }) => {
      const bodies = graphql(iris).bodies;
      const body = String(bodies[0]);
      const load = { connections: 64, seconds: effort.seconds };
      await warm({ url, bodies }, { ...load, seconds: effort.warmUpSeconds });
      const runs = new Map(shares.map((share): [number, object[]] => [share, []]));
      const p99 = new Map(shares.map((share): [number, number[]] => [share, []]));
      for (let run = 0; run < effort.runs; run += 1) {
        // Measured anew in each run: the machine's speed changes.
        const capacity = (await drive({ url, bodies }, load)).requestsPerSecond;
        for (const share of shares) {
          const requestsPerSecond = (capacity * share) / 100;
          const result = await arrive({ url, body, requestsPerSecond, seconds: effort.seconds });
          runs.get(share)?.push({ capacity, requestsPerSecond, ...result });
          p99.get(share)?.push(result.latencyMs.p99);
        }
      }
      return shares.map((share) => ({
        name: `openLoopP99MsAt${share}Percent`,
        unit: 'ms',
        values: p99.get(share) ?? [],
        details: { runs: runs.get(share) },
      }));
    }),
};
