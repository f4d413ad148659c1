import { compareThroughput } from '../compare.ts';
import { opponent, withServer } from '../contestant.ts';
import { graphql } from '../dialects.ts';
import { startGatewayProcess } from '../gateway-process.ts';
import { withModels } from '../model-folder.ts';
import type { Measurement, Scenario } from '../scenario.ts';
import type { Workload } from '../workload.ts';
import { digits, transformer } from '../workloads.ts';

/** Rows per second with merged calls, against a gateway whose manifest says `batching: { enabled: false }`. */
function batchingGain(title: string, workload: (options: { batching: boolean }) => Workload): Scenario {
  const name = `${title}, 64 connections, with batching against one row a call`;
  return {
    name,
    async measure(effort): Promise<readonly Measurement[]> {
      const [merged, single] = [workload({ batching: true }), workload({ batching: false })];
      const gateways = { [merged.name]: merged.model };
      const measurement = await withModels(gateways, (mergedFolder) =>
        withModels({ [single.name]: single.model }, (singleFolder) =>
          withServer(startGatewayProcess(mergedFolder), (mergedServer) =>
            withServer(startGatewayProcess(singleFolder), (singleServer) => {
              const ours = opponent('batching', mergedServer, graphql(merged));
              const theirs = opponent('oneRowACall', singleServer, graphql(single));
              return compareThroughput({ name: `${merged.name}BatchingGain`, ours, theirs, connections: 64 }, effort);
            }),
          ),
        ),
      );
      return [measurement];
    },
  };
}

export const digitsBatchingGain = batchingGain('CNN of handwritten digits', digits);

export const transformerBatchingGain = batchingGain('transformer, texts of mixed lengths', transformer);
