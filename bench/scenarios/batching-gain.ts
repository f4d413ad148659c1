import { bareLoop, bestOf } from '../bare-loop.ts';
import { compareThroughput } from '../compare.ts';
import { opponent, withServer } from '../contestant.ts';
import { graphql } from '../dialects.ts';
import { startGatewayProcess } from '../gateway-process.ts';
import { modelPath, withModels } from '../model-folder.ts';
import type { Measurement, Scenario } from '../scenario.ts';
import type { Workload } from '../workload.ts';
import { digits, transformer } from '../workloads.ts';

const batchSizes = [1, 8, 32, 64];

/**
 * Rows per second with merged calls, against a gateway whose manifest says `batching: { enabled: false }`; beside it what
 * larger batches give in a bare loop, without anything around the calls, and thus the most that batching could give by computing.
 */
function batchingGain(title: string, workload: (options: { batching: boolean }) => Workload): Scenario {
  const name = `${title}, 64 connections, with batching against one row a call`;
  return {
    name,
    async measure(effort): Promise<readonly Measurement[]> {
      const [merged, single] = [workload({ batching: true }), workload({ batching: false })];
      const gateways = { [merged.name]: merged.model };
      return withModels(gateways, (mergedFolder) =>
        withModels({ [single.name]: single.model }, (singleFolder) =>
          withServer(startGatewayProcess(mergedFolder), (mergedServer) =>
            withServer(startGatewayProcess(singleFolder), async (singleServer) => {
              const ours = opponent('batching', mergedServer, graphql(merged));
              const theirs = opponent('oneRowACall', singleServer, graphql(single));
              const key = `${merged.name}BatchingGain`;
              const gain = await compareThroughput({ name: key, ours, theirs, connections: 64 }, effort);
              const loop = { path: modelPath(mergedFolder, merged.name), rows: merged.rows, batchSizes };
              const values: number[] = [];
              const runs: object[] = [];
              for (let run = 0; run < effort.runs; run += 1) {
                const bare = await bareLoop({ ...loop, seconds: Math.max(0.25, effort.seconds / 4) });
                values.push(bestOf(bare).rowsPerSecond / (bare[0]?.rowsPerSecond ?? Number.NaN));
                runs.push(bare);
              }
              return [gain, { name: `${merged.name}BareBatchingGain`, unit: '×', values, details: { runs } }];
            }),
          ),
        ),
      );
    },
  };
}

export const digitsBatchingGain = batchingGain('CNN of handwritten digits', digits);

export const transformerBatchingGain = batchingGain('transformer, texts of mixed lengths', transformer);
