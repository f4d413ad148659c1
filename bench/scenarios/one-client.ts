import { bareLoop } from '../bare-loop.ts';
import { withServer } from '../contestant.ts';
import { graphql } from '../dialects.ts';
import { startGatewayProcess } from '../gateway-process.ts';
import { drive, warm } from '../load.ts';
import type { Scenario } from '../scenario.ts';
import { iris } from '../workloads.ts';

/** What a prediction takes longer over HTTP and GraphQL than by `session.run()`, one after the other without other load. */
export const oneClient: Scenario = {
  name: 'iris, one client, no other load: latency above that of a bare session.run()',
  measure: (effort) =>
    withServer(startGatewayProcess(), async ({ url }) => {
      const requests = { url, bodies: graphql(iris).bodies };
      const load = { connections: 1, seconds: effort.seconds };
      await warm(requests, { ...load, seconds: effort.warmUpSeconds });
      const values = { p50: [] as number[], p99: [] as number[] };
      const runs: object[] = [];
      for (let run = 0; run < effort.runs; run += 1) {
        const path = String(iris.model.file);
        const [bare] = await bareLoop({ path, rows: iris.rows, batchSizes: [1], seconds: effort.seconds });
        const { latencyMs } = await drive(requests, load);
        values.p50.push(latencyMs.p50 - (bare?.p50Ms ?? Number.NaN));
        values.p99.push(latencyMs.p99 - (bare?.p99Ms ?? Number.NaN));
        runs.push({ gateway: latencyMs, bare });
      }
      return [
        { name: 'oneClientP50MsAboveBareRun', unit: 'ms', values: values.p50, details: { runs } },
        { name: 'oneClientP99MsAboveBareRun', unit: 'ms', values: values.p99, details: {} },
      ];
    }),
};
