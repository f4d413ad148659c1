import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withFolder } from './temporary-folder.ts';
import type { Row } from './workload.ts';

const run = promisify(execFile);

/** What a loop around `session.run()` reached with batches of one size. */
export interface LoopResult {
  readonly batchSize: number;
  readonly rowsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** A model and its rows, for a bare onnxruntime-node loop in a process of its own. */
export interface Loop {
  readonly path: string;
  readonly rows: readonly Row[];
  readonly batchSizes: readonly number[];
  /** For each batch size. */
  readonly seconds: number;
}

/** Runs the loop with each batch size in turn. */
export async function bareLoop({ path, rows, batchSizes, seconds }: Loop): Promise<LoopResult[]> {
  return withFolder(async (folder) => {
    const file = join(folder, 'rows.json');
    await writeFile(file, JSON.stringify(rows));
    return runLoop<LoopResult>('bare-loop', [path, file, String(seconds), batchSizes.join(',')]);
  });
}

/** Runs the loop that also reads and writes JSON, on a request with a list of flowers. */
export async function jsonLoop(path: string, body: string, seconds: number): Promise<{ rowsPerSecond: number }> {
  return withFolder(async (folder) => {
    const file = join(folder, 'body.json');
    await writeFile(file, body);
    const [result] = await runLoop<{ rowsPerSecond: number }>('json-loop', [path, file, String(seconds)]);
    return result ?? { rowsPerSecond: Number.NaN };
  });
}

async function runLoop<T>(name: string, arguments_: readonly string[]): Promise<T[]> {
  const script = fileURLToPath(new URL(`contestants/${name}.ts`, import.meta.url));
  const { stdout } = await run(process.execPath, [script, ...arguments_]);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

/** The batch size with the most rows per second. */
export function bestOf(results: readonly LoopResult[]): LoopResult {
  return results.reduce((best, result) => (result.rowsPerSecond > best.rowsPerSecond ? result : best));
}
