import { bareLoop, bestOf } from '../bare-loop.ts';
import { withServer } from '../contestant.ts';
import { graphql } from '../dialects.ts';
import { startGatewayProcess } from '../gateway-process.ts';
import { drive, warm } from '../load.ts';
import { modelPath, withModels } from '../model-folder.ts';
import type { Scenario } from '../scenario.ts';
import { jsonOf } from '../workload.ts';
import { mlp } from '../workloads.ts';

const connections = 64;
const rowsInList = 16;
const batchSizes = [1, 8, 16, 32, 64, 128, 256];

/**
 * Rows per second of a compute-bound model, against a bare loop at its best batch size: with one row a request, and with
 * lists of 16, as a service sends them that has many rows at hand.
 */
export const mlpAgainstBareLoop: Scenario = {
  name: 'MLP 784-2048-2048-2048-10, 64 connections, against a bare onnxruntime-node loop',
  async measure(effort) {
    const workload = mlp();
    const x = workload.rows.map((row) => row['x']).find((tensor) => tensor !== undefined);
    if (x === undefined) throw new TypeError('The MLP has one input, x.');
    const list = JSON.stringify({
      query: 'query($inputs: [MlpInput!]!) { predict { mlpBatch(inputs: $inputs) { y { base64 } } } }',
      variables: { inputs: Array.from({ length: rowsInList }, () => ({ x: jsonOf(x) })) },
    });
    const loop = { rows: workload.rows, batchSizes, seconds: Math.max(0.25, effort.seconds / 4) };
    return withModels({ mlp: workload.model }, (folder) =>
      withServer(startGatewayProcess(folder), async ({ url }) => {
        const one = { url, bodies: graphql(workload).bodies };
        const lists = { url, bodies: [list] };
        for (const requests of [one, lists]) await warm(requests, { connections, seconds: effort.warmUpSeconds });
        const values = { one: [] as number[], lists: [] as number[] };
        const rowsPerSecond: object[] = [];
        for (let run = 0; run < effort.runs; run += 1) {
          const bare = bestOf(await bareLoop({ ...loop, path: modelPath(folder, 'mlp') }));
          const load = { connections, seconds: effort.seconds };
          const ofOne = (await drive(one, load)).requestsPerSecond;
          const ofLists = (await drive(lists, load)).requestsPerSecond * rowsInList;
          values.one.push(ofOne / bare.rowsPerSecond);
          values.lists.push(ofLists / bare.rowsPerSecond);
          rowsPerSecond.push({ one: ofOne, lists: ofLists, bare });
        }
        return [
          { name: 'mlpRowsAgainstBareLoop', unit: '×', values: values.one, details: { rowsPerSecond } },
          { name: 'mlpRowsInListsAgainstBareLoop', unit: '×', values: values.lists, details: {} },
        ];
      }),
    );
  },
};
