import { compareThroughput } from '../compare.ts';
import { opponent, type RunningOpponent, withServer } from '../contestant.ts';
import { graphql } from '../dialects.ts';
import { startGatewayProcess } from '../gateway-process.ts';
import { modelPath, withModels } from '../model-folder.ts';
import { fastestSetting, peers, type Setting, withPeer } from '../peers.ts';
import { type Measurement, type Scenario, Skipped } from '../scenario.ts';
import type { Workload } from '../workload.ts';
import { digits, iris, mlp, transformer } from '../workloads.ts';

/** One process or two, as every peer has them; the faster serves. */
const settings = [{ INFERQL_PROCESSES: '1' }, { INFERQL_PROCESSES: '2' }];

/** The gateway against every peer that can be installed here, one row a request, each at its best setting. */
function againstPeers(name: string, workloadOf: () => Workload, connections: number): Scenario {
  return {
    name,
    async measure(effort) {
      const workload = workloadOf();
      return withModels({ [workload.name]: workload.model }, async (folder) => {
        const start = <R>(setting: Setting, then: (ours: RunningOpponent) => Promise<R>): Promise<R> =>
          withServer(startGatewayProcess(workload.shipped ? undefined : folder, setting), (server) =>
            then(opponent('inferql', server, graphql(workload))),
          );
        const own = await fastestSetting({ title: 'inferql', settings }, { connections, effort }, start);
        return start(own, async (ours) => {
          const measurements: Measurement[] = [];
          for (const peer of peers) {
            const key = `${workload.name}RequestsAgainst${peer.title}`;
            const compared = { name: key, ours, connections, chart: { title: name, label: peer.title } };
            const task = { workload, path: modelPath(folder, workload.name), connections, effort };
            const measuring = withPeer(peer, task, async (theirs, setting) => {
              const measurement = await compareThroughput({ ...compared, theirs }, effort);
              return { ...measurement, details: { settings: [setting, own], ...measurement.details } };
            });
            measurements.push(
              ...(await measuring.then(
                (measurement) => [measurement],
                (error: unknown) => explain(key, error),
              )),
            );
          }
          return measurements;
        });
      });
    },
  };
}

/** A peer that fails misses its bar, and keeps none of the others from being measured. */
function explain(name: string, error: unknown): Measurement[] {
  if (error instanceof Skipped) {
    console.log(`  skipped: ${error.message}`);
    return [];
  }
  console.error(error);
  return [{ name, unit: '×', values: [Number.NaN], details: { error: String(error) } }];
}

export const irisAgainstPeers = againstPeers('iris, one row a request, 32 connections, peers', () => iris, 32);

export const mlpAgainstPeers = againstPeers('MLP 784-2048-2048-2048-10, 64 connections, peers', mlp, 64);

export const digitsAgainstPeers = againstPeers('CNN of handwritten digits, 64 connections, peers', digits, 64);

export const transformerAgainstPeers = againstPeers(
  'transformer, texts of mixed lengths, 64 connections, peers',
  transformer,
  64,
);
