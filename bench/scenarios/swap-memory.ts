import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mlpModel } from '../../test/helpers/onnx-models.ts';
import { withServer } from '../contestant.ts';
import { startGatewayProcess } from '../gateway-process.ts';
import { ask } from '../load.ts';
import { withFolder } from '../temporary-folder.ts';
import type { Scenario } from '../scenario.ts';
import { spreadOf } from '../statistics.ts';

const width = 1000;
/** Weights of 40 MB, and a call that takes a millisecond. */
const layers = [width, 5000, width];
const swaps = 100;
const requestsAtATime = 8;
const mebibyte = 2 ** 20;

/** What the server holds after 100 swaps of a model of 40 MB, against what it holds after ten. */
export const swapMemory: Scenario = {
  name: `resident size after ${swaps} swaps of a model of 40 MB, against that after 10`,
  measure: () =>
    withFolder(async (folder) => {
      const models = join(folder, 'models');
      await mkdir(join(models, 'mlp'), { recursive: true });
      const place = async (version: number): Promise<void> => {
        const staged = join(folder, String(version));
        await mkdir(staged);
        await writeFile(join(staged, 'model.onnx'), mlpModel(layers, { seed: version }));
        await rename(staged, join(models, 'mlp', String(version)));
      };
      await place(1);
      const starting = startGatewayProcess(models, { INFERQL_SETTLE_MS: '20' });
      return withServer(starting, async (gateway) => {
        await predict(gateway.url);
        const resident = [await gateway.residentBytes()];
        for (let version = 2; version <= swaps + 1; version += 1) {
          await place(version);
          await until(gateway.url, version);
          await rm(join(models, 'mlp', String(version - 1)), { recursive: true });
          await until(gateway.url, version);
          await predict(gateway.url);
          resident.push(await gateway.residentBytes());
        }
        // The middle of five, since some are read while a thread that ended still gives its memory back.
        const after = (count: number): number => spreadOf(resident.slice(count - 4, count + 1)).median;
        const details = { residentMiB: resident.map((bytes) => Math.round(bytes / mebibyte)) };
        return [{ name: 'rssAfter100SwapsAgainst10', unit: '×', values: [after(swaps) / after(10)], details }];
      });
    }),
};

const document = 'query($x: FloatTensor!) { predict { mlp(input: { x: $x }) { y { base64 } } } }';
const row = Buffer.from(new Float32Array(width).fill(0.5).buffer).toString('base64');
const prediction = JSON.stringify({ query: document, variables: { x: row } });

async function predict(url: string): Promise<void> {
  await Promise.all(Array.from({ length: requestsAtATime }, () => ask(url, prediction)));
}

/** Waits until a version is the only one, those before it are closed, and their threads have ended. */
async function until(url: string, version: number): Promise<void> {
  const catalogue =
    '{"query":"{ model(name: \\"mlp\\") { defaultVersion { version } versions { state { phase } } } }"}';
  for (;;) {
    const { data } = (await ask(url, catalogue)) as {
      data: { model: { defaultVersion: { version: number } | null; versions: { state: { phase: string } }[] } };
    };
    const open = data.model.versions.filter(({ state }) => state.phase !== 'UNLOADED');
    if (data.model.defaultVersion?.version === version && open.length === 1) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
