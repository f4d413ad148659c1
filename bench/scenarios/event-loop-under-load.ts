import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { slowModel } from '../../test/helpers/onnx-models.ts';
import { ask, drive } from '../load.ts';
import { startGatewayProcess } from '../gateway-process.ts';
import type { Scenario } from '../scenario.ts';

/** How long a call of the saturated model should take. */
const callMs = 200;

/** `{ models { name } }` on one connection, while a model that takes 200 ms a call is saturated by 16 clients. */
export const eventLoopUnderLoad: Scenario = {
  name: 'metadata on one connection while a model of 200 ms a call is saturated',
  async measure({ runs, seconds }) {
    const models = await mkdtemp(join(tmpdir(), 'inferql-bench-'));
    await mkdir(join(models, 'slow', '1'), { recursive: true });
    const path = join(models, 'slow', '1', 'model.onnx');
    const probe = 10_000;
    await writeFile(path, slowModel({ iterations: probe }));
    const iterations = Math.round((probe * callMs) / (await computeMs(models)));
    await writeFile(path, slowModel({ iterations }));
    const gateway = await startGatewayProcess(models);
    try {
      const values: number[] = [];
      const details: object[] = [];
      for (let run = 0; run < runs; run += 1) {
        const [saturated, metadata] = await Promise.all([
          drive({ url: gateway.url, body: slowBody, connections: 16, seconds: seconds + 1 }),
          drive({ url: gateway.url, body: '{"query":"{ models { name } }"}', connections: 1, seconds }),
        ]);
        values.push(metadata.latencyMs.p99);
        details.push({ metadata: metadata.latencyMs, saturated: saturated.latencyMs });
      }
      return [{ name: 'metadataP99MsWhileSaturated', unit: 'ms', values, details: { iterations, latencies: details } }];
    } finally {
      await gateway.stop();
      await rm(models, { recursive: true });
    }
  },
};

const slowBody = '{"query":"{ predict { slow(input: { x: 1 }) { y meta { computeMs } } } }"}';

async function computeMs(models: string): Promise<number> {
  const gateway = await startGatewayProcess(models);
  try {
    const times: number[] = [];
    for (let index = 0; index < 5; index += 1) {
      const answer = (await ask(gateway.url, slowBody)) as {
        data: { predict: { slow: { meta: { computeMs: number } } } };
      };
      times.push(answer.data.predict.slow.meta.computeMs);
    }
    return Math.min(...times);
  } finally {
    await gateway.stop();
  }
}
