import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Skipped } from './scenario.ts';
import { withFolder } from './temporary-folder.ts';

const run = promisify(execFile);
const script = fileURLToPath(new URL('wrk-post.lua', import.meta.url));

/** What is posted to a server. */
export interface Requests {
  readonly url: string;
  /** Sent in turn. */
  readonly bodies: readonly (string | Uint8Array)[];
  /** Besides the type of content. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Load {
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
 * @param failure what an answer that failed contains, where the status does not tell. Looking for it takes CPU.
 * @throws Error when any request failed or was answered with an error status.
 * @throws Skipped when wrk is not installed.
 */
export async function drive(requests: Requests, { connections, seconds }: Load, failure = ''): Promise<LoadResult> {
  const { url, bodies } = requests;
  return withFolder(async (folder) => {
    const files = bodies.map((_, index) => join(folder, String(index)));
    await Promise.all(files.map((file, index) => writeFile(file, bodies[index] ?? '')));
    const headers = Object.entries(headersOf(requests)).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
    const arguments_ = [
      '-t',
      '1',
      '-c',
      String(connections),
      '-d',
      `${Math.ceil(seconds)}s`,
      '--timeout',
      '30s',
      ...headers,
    ];
    const { stdout } = await run('wrk', [...arguments_, '-s', script, url, '--', failure, ...files]).catch(
      explainMissing,
    );
    const line = stdout.trim().split('\n').at(-1) ?? '';
    const result = JSON.parse(line) as Record<'requests' | 'microseconds' | 'p50' | 'p99' | 'failed', number>;
    if (result.failed > 0 || result.requests === 0) {
      const sample = await askEach(requests).then((answers) => JSON.stringify(answers[0]), String);
      throw new Error(
        `${url}: ${result.failed} of ${result.requests} requests failed; one more: ${sample.slice(0, 300)}`,
      );
    }
    return {
      requestsPerSecond: (result.requests * 1e6) / result.microseconds,
      latencyMs: { p50: result.p50 / 1000, p99: result.p99 / 1000 },
    };
  });
}

/** Drives a server until it has warmed up, and looks into every answer. */
export async function warm(requests: Requests, load: Load): Promise<void> {
  await drive(requests, load, '"errors"');
}

/** Asks with each body once and returns the answers, so that contestants are compared on equal answers. */
export async function askEach(requests: Requests): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const body of requests.bodies) answers.push(await post(requests.url, body, headersOf(requests)));
  return answers;
}

/** Asks once with a body of JSON. */
export async function ask(url: string, body: string): Promise<unknown> {
  return post(url, body, headersOf({}));
}

async function post(
  url: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>>,
): Promise<unknown> {
  const response = await fetch(url, { method: 'POST', headers, body });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

function headersOf({ headers }: Pick<Requests, 'headers'>): Record<string, string> {
  return { 'content-type': 'application/json', ...headers };
}

function explainMissing(error: Error): never {
  if ('code' in error && error.code === 'ENOENT') {
    throw new Skipped('The benchmarks need the load generator wrk; on Debian: apt-get install wrk', { cause: error });
  }
  throw error;
}
