import { compareThroughput } from '../compare.ts';
import { opponent, withServer } from '../contestant.ts';
import { graphql } from '../dialects.ts';
import { shippedModels, startGatewayProcess } from '../gateway-process.ts';
import { withModels } from '../model-folder.ts';
import type { Effort, Measurement, Scenario } from '../scenario.ts';
import type { Workload } from '../workload.ts';
import { digits, iris } from '../workloads.ts';

/**
 * Two processes against one: where GraphQL takes the time, and where the model does. The figures say something on machines
 * with CPUs to spare for the generator; docs/scaling.md says how to read them.
 */
export const processes: Scenario = {
  name: 'iris at 32 and a CNN at 64 connections, and resident size, two processes against one',
  async measure(effort) {
    const cnn = digits({ batching: true });
    const small = await compareProcesses(iris, shippedModels, 32, effort);
    const large = await withModels({ [cnn.name]: cnn.model }, (folder) => compareProcesses(cnn, folder, 64, effort));
    return [...small, ...large];
  },
};

async function compareProcesses(
  workload: Workload,
  models: string,
  connections: number,
  effort: Effort,
): Promise<readonly Measurement[]> {
  const exchange = graphql(workload);
  return withServer(startGatewayProcess(models, { INFERQL_PROCESSES: '2' }), (two) =>
    withServer(startGatewayProcess(models), async (one) => {
      const ours = opponent('twoProcesses', two, exchange);
      const theirs = opponent('oneProcess', one, exchange);
      const name = `${workload.name}TwoProcesses`;
      const throughput = await compareThroughput({ name: `${name}AgainstOne`, ours, theirs, connections }, effort);
      const resident = { twoProcesses: await two.residentBytes(), oneProcess: await one.residentBytes() };
      const values = [resident.twoProcesses / resident.oneProcess];
      return [throughput, { name: `${name}ResidentAgainstOne`, unit: '×', values, details: resident }];
    }),
  );
}
