import { setTimeout as pass } from 'node:timers/promises';
import { slowModel } from '../../test/helpers/onnx-models.ts';
import { withServer } from '../contestant.ts';
import { startGatewayProcess } from '../gateway-process.ts';
import { drive, warm } from '../load.ts';
import { withModels } from '../model-folder.ts';
import { arrive } from '../open-loop.ts';
import type { Scenario } from '../scenario.ts';

/** How many times as much arrives as can be answered. */
const times = 3;
const timeoutMs = 250;
const probeEveryMs = 20;
const mebibyte = 2 ** 20;

/** A model whose rows are calls of their own, so that what can be answered does not grow with the load. */
const slow = { file: slowModel({ iterations: 1000 }), manifest: 'batching: { enabled: false }\n' };
const body = '{"query":"{ predict { slow(input: { x: 1 }) { y } } }"}';

/** What is answered in time when three times as much arrives as can be, what it does to memory, and whether probes answer. */
export const overload: Scenario = {
  name: `a model at ${times} times what it can answer, with a deadline of ${timeoutMs} ms`,
  measure: (effort) =>
    withModels({ slow }, (folder) =>
      withServer(startGatewayProcess(folder), async (server) => {
        const { url } = server;
        const load = { connections: 8, seconds: effort.seconds };
        await warm({ url, bodies: [body] }, { ...load, seconds: effort.warmUpSeconds });
        const [goodput, late, growth, probes]: [number[], number[], number[], number[]] = [[], [], [], []];
        const runs: object[] = [];
        for (let run = 0; run < effort.runs; run += 1) {
          const peak = (await drive({ url, bodies: [body] }, load)).requestsPerSecond;
          const before = await server.residentBytes();
          const headers = { 'x-request-timeout-ms': String(timeoutMs) };
          const arrivals = { url, body, headers, requestsPerSecond: peak * times, seconds: effort.seconds };
          const [result, longestProbeMs] = await probing(url, arrive(arrivals));
          goodput.push(result.good.perSecond / peak);
          late.push(result.good.p99Ms / timeoutMs);
          growth.push(((await server.residentBytes()) - before) / mebibyte);
          probes.push(longestProbeMs);
          runs.push({ peak, ...result });
        }
        return [
          { name: 'overloadGoodputOfPeak', unit: '×', values: goodput, details: { runs } },
          { name: 'overloadP99OfDeadline', unit: '×', values: late, details: {} },
          { name: 'overloadGrowthMiB', unit: 'MiB', values: growth, details: {} },
          { name: 'overloadLongestProbeMs', unit: 'ms', values: probes, details: {} },
        ];
      }),
    ),
};

/** Asks whether the server lives, one time after the other, for as long as something goes on. */
async function probing<T>(url: string, work: Promise<T>): Promise<[T, number]> {
  const state = { isOver: false };
  const over = work.finally(() => (state.isOver = true));
  let longestMs = 0;
  while (!state.isOver) {
    const askedAt = performance.now();
    const { status } = await fetch(new URL('/healthz', url));
    if (status !== 200) throw new Error(`The probe was answered with ${status}.`);
    longestMs = Math.max(longestMs, performance.now() - askedAt);
    await pass(probeEveryMs);
  }
  return [await over, longestMs];
}
