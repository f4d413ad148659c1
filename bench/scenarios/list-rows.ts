import { bareLoop, bestOf, jsonLoop } from '../bare-loop.ts';
import { withServer } from '../contestant.ts';
import { graphql } from '../dialects.ts';
import { startGatewayProcess } from '../gateway-process.ts';
import { drive, type Requests, warm } from '../load.ts';
import { modelPath, shippedModel, withModels } from '../model-folder.ts';
import type { Scenario } from '../scenario.ts';
import { iris, irisList } from '../workloads.ts';

const sizes = [10, 100, 1000, 10_000];
/** The size that the bar is about. */
const barSize = 1000;

/**
 * Lists of rows in one field, from two clients: at 1,000 rows against a bare loop on the same model, without and with the
 * JSON that any server reads and writes, and what a row costs in short and in long lists.
 */
export const listRows: Scenario = {
  name: 'iris, lists of 10 to 10,000 rows in one field, 2 connections',
  async measure(effort) {
    const { file, manifest } = await shippedModel('iris');
    const load = { connections: 2, seconds: effort.seconds };
    const longest = { INFERQL_MAX_ROWS_PER_FIELD: '10000' };
    const models = { iris: { file, manifest: `${manifest}batching: { maxQueueRows: 20000, maxBatchSize: 1024 }\n` } };
    return withModels(models, (folder) =>
      withServer(startGatewayProcess(folder, longest), async ({ url }) => {
        const bodies = new Map(
          sizes.map((size): [number, Requests] => [size, { url, bodies: graphql(irisList(size)).bodies }]),
        );
        for (const requests of bodies.values()) await warm(requests, { ...load, seconds: effort.warmUpSeconds / 2 });
        const values = { best: [] as number[], json: [] as number[], growth: [] as number[] };
        const runs: object[] = [];
        for (let run = 0; run < effort.runs; run += 1) {
          const path = modelPath(folder, 'iris');
          const json = await jsonLoop(path, String(graphql(irisList(barSize)).bodies[0]), effort.seconds / 2);
          const bare = await bareLoop({
            path,
            rows: iris.rows,
            batchSizes: [1, 64, 256, barSize],
            seconds: Math.max(0.25, effort.seconds / 4),
          });
          const perRow = new Map<number, number>();
          for (const [size, requests] of bodies) {
            perRow.set(size, 1e6 / ((await drive(requests, load)).requestsPerSecond * size));
          }
          const ours = 1e6 / (perRow.get(barSize) ?? Number.NaN);
          values.best.push(ours / bestOf(bare).rowsPerSecond);
          values.json.push(ours / json.rowsPerSecond);
          values.growth.push(growthOf([...perRow.values()]));
          runs.push({ microsecondsPerRow: Object.fromEntries(perRow), rowsPerSecond: ours, json, bare });
        }
        return [
          { name: 'list1000RowsAgainstBareLoop', unit: '×', values: values.best, details: { runs } },
          { name: 'list1000RowsAgainstBareLoopWithJson', unit: '×', values: values.json, details: {} },
          { name: 'listCostPerRowGrowth', unit: '×', values: values.growth, details: {} },
        ];
      }),
    );
  },
};

/** The most that a row costs in a list, against the least that it costs in any shorter one; at least 1 if it is flat. */
function growthOf(costs: readonly number[]): number {
  return Math.max(...costs.slice(1).map((cost, index) => cost / Math.min(...costs.slice(0, index + 1))));
}
