import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { mlpModel } from '../../test/helpers/onnx-models.ts';
import { drive, warm } from '../load.ts';
import { startGatewayProcess } from '../gateway-process.ts';
import type { Scenario } from '../scenario.ts';

const width = 784;
const layers = [width, 2048, 2048, 2048, 10];
const connections = 64;
const rowsInList = 16;
const run = promisify(execFile);

/**
 * Rows per second of a compute-bound model, against a bare loop at its best batch size: with one row a request, and with
 * lists of 16, as a service sends them that has many rows at hand.
 */
export const mlpAgainstBareLoop: Scenario = {
  name: 'MLP 784-2048-2048-2048-10, 64 connections, against a bare onnxruntime-node loop',
  async measure({ runs, seconds }) {
    const models = await mkdtemp(join(tmpdir(), 'inferql-bench-'));
    const path = join(models, 'mlp', '1', 'model.onnx');
    await mkdir(join(models, 'mlp', '1'), { recursive: true });
    await writeFile(path, mlpModel(layers));
    // The largest batch of the bare loop, so that both may use their best.
    await writeFile(join(models, 'mlp', 'model.yaml'), 'batching: { maxBatchSize: 256 }\n');
    const gateway = await startGatewayProcess(models);
    const row = Buffer.from(new Float32Array(width).map((_, index) => (index % 17) / 17).buffer).toString('base64');
    const one = JSON.stringify({
      query: 'query($x: FloatTensor!) { predict { mlp(input: { x: $x }) { y { base64 } } } }',
      variables: { x: row },
    });
    const list = JSON.stringify({
      query: 'query($inputs: [MlpInput!]!) { predict { mlpBatch(inputs: $inputs) { y { base64 } } } }',
      variables: { inputs: Array.from({ length: rowsInList }, () => ({ x: row })) },
    });
    const rowsPerSecond = async (body: string, rows: number): Promise<number> => {
      const { requestsPerSecond } = await drive({ url: gateway.url, body, connections, seconds });
      return requestsPerSecond * rows;
    };
    try {
      for (const body of [one, list]) await warm({ url: gateway.url, body, connections });
      const values = { one: [] as number[], lists: [] as number[] };
      const details: object[] = [];
      for (let index = 0; index < runs; index += 1) {
        const bare = await bareLoop(path, seconds);
        const gatewayOne = await rowsPerSecond(one, 1);
        const gatewayLists = await rowsPerSecond(list, rowsInList);
        values.one.push(gatewayOne / bare.rowsPerSecond);
        values.lists.push(gatewayLists / bare.rowsPerSecond);
        details.push({
          one: Math.round(gatewayOne),
          lists: Math.round(gatewayLists),
          bare: Math.round(bare.rowsPerSecond),
          bestBatch: bare.batchSize,
        });
      }
      return [
        { name: 'mlpRowsAgainstBareLoop', unit: '×', values: values.one, details: { rowsPerSecond: details } },
        { name: 'mlpRowsInListsAgainstBareLoop', unit: '×', values: values.lists, details: {} },
      ];
    } finally {
      await gateway.stop();
      await rm(models, { recursive: true });
    }
  },
};

async function bareLoop(path: string, seconds: number): Promise<{ batchSize: number; rowsPerSecond: number }> {
  const script = fileURLToPath(new URL('../contestants/bare-loop.ts', import.meta.url));
  const { stdout } = await run(process.execPath, [script, path, 'x', String(width), String(Math.max(1, seconds / 4))]);
  const results = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { batchSize: number; rowsPerSecond: number });
  return results.reduce((best, result) => (result.rowsPerSecond > best.rowsPerSecond ? result : best));
}
