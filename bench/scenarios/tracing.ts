import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { FastifyRequest } from 'fastify';
import { beginTrace } from '../../src/http/request-trace.ts';
import { openScope } from '../../src/http/request-scope.ts';
import { sharersOf } from '../../src/inference/batching/call-spans.ts';
import { addPortion, createSubmission } from '../../src/inference/batching/submission.ts';
import { callerTraces } from '../../src/observability/tracing/caller-traces.ts';
import { withServer } from '../contestant.ts';
import { graphql } from '../dialects.ts';
import { shippedModels, startGatewayProcess } from '../gateway-process.ts';
import { drive, type Requests, warm } from '../load.ts';
import type { ServerProcess } from '../process.ts';
import type { Measurement, Scenario } from '../scenario.ts';
import { iris } from '../workloads.ts';

const load = { connections: 32 };
const rounds = 5_000_000;

/**
 * What traces cost. Off: the time of what a request passes through only for the sake of traces, measured by itself and set
 * against the CPU time of the whole request, since a server without that code is not to be had. On: the CPU time of a
 * request with one in a hundred recorded, and with all, against that with none, side by side and in turns.
 */
export const tracing: Scenario = {
  name: 'iris, what traces cost: off, one in a hundred, all',
  measure: (effort) =>
    withCollector((endpoint) => {
      const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
      const sampled = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' };
      return withServer(startGatewayProcess(), (off) =>
        withServer(startGatewayProcess(shippedModels, { ...environment, ...sampled }), (some) =>
          withServer(startGatewayProcess(shippedModels, environment), async (all) => {
            for (const { url } of [off, some, all]) {
              await warm(requestsTo(url), { ...load, seconds: effort.warmUpSeconds });
            }
            const percents: number[] = [];
            const ofSome: number[] = [];
            const ofAll: number[] = [];
            const runs: object[] = [];
            for (let run = 0; run < effort.runs; run += 1) {
              const [offUs, someUs, allUs] = [
                await cpuMicrosecondsPerRequest(off, effort.seconds),
                await cpuMicrosecondsPerRequest(some, effort.seconds),
                await cpuMicrosecondsPerRequest(all, effort.seconds),
              ];
              const passedNs = passingNanoseconds();
              percents.push(passedNs / 10 / offUs);
              ofSome.push(someUs / offUs);
              ofAll.push(allUs / offUs);
              runs.push({ passedNs, offUs, someUs, allUs });
            }
            return [
              { name: 'tracingOffPercentOfRequest', unit: '%', values: percents, details: { runs } },
              { name: 'tracingOneInHundredCpuAgainstOff', unit: '×', values: ofSome, details: {} },
              { name: 'tracingAllCpuAgainstOff', unit: '×', values: ofAll, details: {} },
            ] satisfies Measurement[];
          }),
        ),
      );
    }),
};

/** With tracing off a request asks whether it has a caller's trace, and its call whether any of its rows is traced. */
function passingNanoseconds(): number {
  const head = { headers: { host: 'localhost', 'content-type': 'application/json' }, httpVersion: '1.1' };
  const request = { raw: head as unknown as IncomingMessage } as FastifyRequest;
  const scope = openScope(undefined);
  const submission = createSubmission(
    1,
    { outputs: [], deadlineAt: 0, spans: null },
    0,
    () => undefined,
    () => undefined,
  );
  const portions = [addPortion(submission, 0, { rows: 1, columns: new Map() })];
  const pass = (): number => {
    let traced = 0;
    const startedAt = performance.now();
    for (let round = 0; round < rounds; round += 1) {
      if (beginTrace(request, scope, callerTraces) !== null) traced += 1;
      if (sharersOf(portions) !== null) traced += 1;
    }
    const passedMs = performance.now() - startedAt;
    if (traced > 0) throw new Error('Something was traced with tracing off.');
    return (passedMs * 1e6) / rounds;
  };
  pass();
  return pass();
}

function requestsTo(url: string): Requests {
  return { url, bodies: graphql(iris).bodies };
}

async function cpuMicrosecondsPerRequest(server: ServerProcess, seconds: number): Promise<number> {
  const [cpuBefore, before] = [await server.cpuMs(), performance.now()];
  const { requestsPerSecond } = await drive(requestsTo(server.url), { ...load, seconds });
  const requests = (requestsPerSecond * (performance.now() - before)) / 1000;
  return (((await server.cpuMs()) - cpuBefore) * 1000) / requests;
}

/** A collector that takes all and keeps nothing. */
async function withCollector<Result>(use: (endpoint: string) => Promise<Result>): Promise<Result> {
  const collector = createServer((request, response) => {
    request.resume().on('end', () => response.end());
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  try {
    return await use(`http://127.0.0.1:${(collector.address() as AddressInfo).port}`);
  } finally {
    collector.closeAllConnections();
    collector.close();
  }
}
