import { slowModel } from '../../test/helpers/onnx-models.ts';
import { withServer } from '../contestant.ts';
import { startGatewayProcess } from '../gateway-process.ts';
import { ask, drive } from '../load.ts';
import { withModels } from '../model-folder.ts';
import type { ServerProcess } from '../process.ts';
import type { Scenario } from '../scenario.ts';

/** How long a call of the saturated model should take. */
const callMs = 200;

/** `{ models { name } }` on one connection, while a model that takes 200 ms a call is saturated by 16 clients. */
export const eventLoopUnderLoad: Scenario = {
  name: 'metadata on one connection while a model of 200 ms a call is saturated',
  async measure({ runs, seconds }) {
    const probe = 10_000;
    const iterations = Math.round((probe * callMs) / (await withSlowModel(probe, computeMs)));
    return withSlowModel(iterations, async ({ url }) => {
      const values: number[] = [];
      const details: object[] = [];
      for (let run = 0; run < runs; run += 1) {
        const [saturated, metadata] = await Promise.all([
          drive({ url, bodies: [slowBody] }, { connections: 16, seconds: seconds + 1 }),
          drive({ url, bodies: ['{"query":"{ models { name } }"}'] }, { connections: 1, seconds }),
        ]);
        values.push(metadata.latencyMs.p99);
        details.push({ metadata: metadata.latencyMs, saturated: saturated.latencyMs });
      }
      return [{ name: 'metadataP99MsWhileSaturated', unit: 'ms', values, details: { iterations, latencies: details } }];
    });
  },
};

function withSlowModel<T>(iterations: number, use: (gateway: ServerProcess) => Promise<T>): Promise<T> {
  return withModels({ slow: { file: slowModel({ iterations }) } }, (folder) =>
    withServer(startGatewayProcess(folder), use),
  );
}

const slowBody = '{"query":"{ predict { slow(input: { x: 1 }) { y meta { computeMs } } } }"}';

async function computeMs({ url }: ServerProcess): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < 5; index += 1) {
    const answer = (await ask(url, slowBody)) as {
      data: { predict: { slow: { meta: { computeMs: number } } } };
    };
    times.push(answer.data.predict.slow.meta.computeMs);
  }
  return Math.min(...times);
}
