import { affineModel, slowModel } from '../../test/helpers/onnx-models.ts';
import { withServer } from '../contestant.ts';
import { graphql } from '../dialects.ts';
import { startGatewayProcess } from '../gateway-process.ts';
import { warm } from '../load.ts';
import { withModels } from '../model-folder.ts';
import type { ServerProcess } from '../process.ts';
import type { Measurement, Scenario } from '../scenario.ts';
import { iris } from '../workloads.ts';

const mebibyte = 2 ** 20;
const [few, many] = [8, 40];
/** A server that has just become ready frees what its start left behind. */
const restMs = 2000;

/** What the server holds with the shipped models when it is ready, and after load. */
export const residentShipped: Scenario = {
  name: 'resident size with the shipped models, ready and after load',
  async measure(effort) {
    const values: number[] = [];
    const afterLoad: number[] = [];
    for (let run = 0; run < effort.runs; run += 1) {
      await withServer(startGatewayProcess(), async (server) => {
        values.push((await residentAtRest(server)) / mebibyte);
        const requests = { url: server.url, bodies: graphql(iris).bodies };
        await warm(requests, { connections: 32, seconds: effort.seconds });
        afterLoad.push((await server.residentBytes()) / mebibyte);
      });
    }
    return [
      { name: 'residentShippedMiB', unit: 'MiB', values, details: {} },
      { name: 'residentShippedAfterLoadMiB', unit: 'MiB', values: afterLoad, details: {} },
    ] satisfies Measurement[];
  },
};

/**
 * What one more model takes above the size of its file: the slope between a few and many of them, for models that take
 * microseconds and for those that take a millisecond, since these have threads of their own.
 */
export const residentPerModel: Scenario = {
  name: `resident size for each model, from ${few} to ${many} small ones`,
  async measure({ runs }) {
    const files = { residentPerModelMiB: affineModel(), residentPerSlowModelMiB: slowModel({ iterations: 200 }) };
    const measurements: Measurement[] = [];
    for (const [name, file] of Object.entries(files)) {
      const values: number[] = [];
      for (let run = 0; run < runs; run += 1) {
        const bytes = ((await residentWith(many, file)) - (await residentWith(few, file))) / (many - few) - file.length;
        values.push(bytes / mebibyte);
      }
      measurements.push({ name, unit: 'MiB', values, details: { fileBytes: file.length } });
    }
    return measurements;
  },
};

function residentWith(count: number, file: Uint8Array): Promise<number> {
  return withModels(smallModels(count, file), (folder) => withServer(startGatewayProcess(folder), residentAtRest));
}

async function residentAtRest(server: ServerProcess): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, restMs));
  return server.residentBytes();
}

/** As many models as are asked for, all from one file. */
export function smallModels(count: number, file: Uint8Array = affineModel()): Record<string, { file: Uint8Array }> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`model${index}`, { file }]));
}
