import { compareThroughput } from '../compare.ts';
import { opponent, startScript, withServer } from '../contestant.ts';
import { graphql, readPredictions } from '../dialects.ts';
import type { Exchange } from '../exchange.ts';
import { startGatewayProcess } from '../gateway-process.ts';
import type { Measurement, Scenario } from '../scenario.ts';
import type { Workload } from '../workload.ts';
import { iris, irisList, titanic } from '../workloads.ts';

/** One of the servers in `contestants/`, and how both are loaded. */
interface Against {
  /** Key of the measurement. */
  readonly name: string;
  readonly script: string;
  readonly connections: number;
  /** What it is called in the chart. */
  readonly label?: string;
}

/** The gateway with the models that it ships with, against servers that answer the same requests. */
function againstScripts(name: string, exchange: Exchange, all: readonly Against[]): Scenario {
  return {
    name,
    measure: (effort) =>
      withServer(startGatewayProcess(), async (gateway) => {
        const measurements: Measurement[] = [];
        for (const { script, label, ...comparison } of all) {
          const measurement = await withServer(startScript(script), (server) => {
            const [ours, theirs] = [opponent('inferql', gateway, exchange), opponent(script, server, exchange)];
            const chart = label === undefined ? undefined : { title: name, label };
            return compareThroughput({ ...comparison, ours, theirs, ...(chart && { chart }) }, effort);
          });
          measurements.push(measurement);
        }
        return measurements;
      }),
  };
}

const apollo: Against = {
  name: 'irisRequestsAgainstApollo',
  script: 'apollo-constant',
  connections: 32,
  label: 'Apollo standalone, a constant',
};

/** With real inference and everything on, against what servers cost that have nothing to do. */
export const irisAgainstLimits = againstScripts('iris, one row a request, 32 connections', graphql(iris), [
  apollo,
  {
    name: 'irisRequestsAgainstMercurius',
    script: 'mercurius-constant',
    connections: 32,
    label: 'Mercurius with JIT, a constant',
  },
  { name: 'irisRequestsAgainstNodeHttp', script: 'http-constant', connections: 32, label: 'node:http, a constant' },
  {
    name: 'irisRequestsAgainstHandwritten',
    script: 'apollo-session',
    connections: 32,
    label: 'Apollo with session.run()',
  },
]);

/** The short form: the comparison that says most. */
export const irisAgainstApollo = againstScripts('iris against stock Apollo', graphql(iris), [apollo]);

export const irisByConnections = againstScripts(
  'iris, one row a request, against stock Apollo returning a constant, by connections',
  graphql(iris),
  [1, 8, 128].map((connections) => ({ ...apollo, name: `${apollo.name}At${connections}`, connections })),
);

const handwritten = { script: 'apollo-session', connections: 32 };

export const titanicAgainstHandwritten = againstScripts(
  'titanic, numbers and strings, one row a request, against Apollo with session.run() in the resolver',
  graphql(titanic),
  [{ ...handwritten, name: 'titanicRequestsAgainstHandwritten' }],
);

export const listsAgainstHandwritten = againstScripts(
  'iris, lists of 100 rows, against Apollo with session.run() in the resolver',
  graphql(irisList(100)),
  [{ ...handwritten, name: 'irisListsAgainstHandwritten' }],
);

export const mixedAgainstHandwritten = againstScripts(
  'requests of several models at once, against Apollo with session.run() in the resolver',
  mixed([iris, titanic, irisList(10)]),
  [{ ...handwritten, name: 'mixedRequestsAgainstHandwritten' }],
);

function mixed(workloads: readonly Workload[]): Exchange {
  return { path: '', bodies: workloads.flatMap((workload) => graphql(workload).bodies), read: readPredictions };
}
