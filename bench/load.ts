import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const script = fileURLToPath(new URL('wrk-post.lua', import.meta.url));

export interface Load {
  readonly url: string;
  readonly body: string;
  readonly connections: number;
  readonly seconds: number;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  /** Milliseconds, from the sending of a request to the end of its response. */
  readonly latencyMs: { readonly p50: number; readonly p99: number };
}

/**
 * Drives a server over loopback with wrk, closed loop: each connection sends its next request when the answer to the
 * last one is there. wrk, because on two cores the generator must take as little of them as it can: a generator in
 * JavaScript takes as much CPU as the server that it measures.
 * @throws Error when any request failed or was answered with an error status, or when wrk is not installed.
 */
export async function drive({ url, body, connections, seconds }: Load): Promise<LoadResult> {
  const folder = await mkdtemp(join(tmpdir(), 'inferql-load-'));
  try {
    const file = join(folder, 'body.json');
    await writeFile(file, body);
    const arguments_ = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--timeout', '30s', '-s', script];
    const { stdout } = await run('wrk', [...arguments_, url, '--', file]).catch(explainMissing);
    const line = stdout.trim().split('\n').at(-1) ?? '';
    const result = JSON.parse(line) as Record<'requests' | 'microseconds' | 'p50' | 'p99' | 'failed', number>;
    if (result.failed > 0 || result.requests === 0) {
      throw new Error(`${url}: ${result.failed} of ${result.requests} requests failed.`);
    }
    return {
      requestsPerSecond: (result.requests * 1e6) / result.microseconds,
      latencyMs: { p50: result.p50 / 1000, p99: result.p99 / 1000 },
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** How long a server is driven before it is measured: until then the compiler of V8 takes a good part of the CPU. */
const warmUpSeconds = 8;

/** Drives a server until it has warmed up. */
export async function warm(load: Omit<Load, 'seconds'>): Promise<void> {
  await drive({ ...load, seconds: warmUpSeconds });
}

function explainMissing(error: Error): never {
  if ('code' in error && error.code === 'ENOENT') {
    throw new Error('The benchmarks need the load generator wrk; on Debian: apt-get install wrk', { cause: error });
  }
  throw error;
}

/** Asks once and returns the answer, so that contestants are compared on equal answers. */
export async function ask(url: string, body: string): Promise<unknown> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
