import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const autocannon = fileURLToPath(new URL('../node_modules/autocannon/autocannon.js', import.meta.url));

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
 * Drives a server over loopback from a process of its own, closed loop: each connection sends its next request when
 * the answer to the last one is there.
 * @throws Error when any request failed or was answered with anything but 200.
 */
export async function drive({ url, body, connections, seconds }: Load): Promise<LoadResult> {
  const child = spawn(
    process.execPath,
    [autocannon, '--json', '--no-progress', '-c', String(connections), '-d', String(seconds)].concat([
      '-m',
      'POST',
      '-H',
      'content-type=application/json',
      '-b',
      body,
      url,
    ]),
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const result = JSON.parse(output) as {
    '2xx': number;
    non2xx: number;
    errors: number;
    timeouts: number;
    requests: { average: number };
    latency: { p50: number; p99: number };
  };
  if (result.non2xx + result.errors + result.timeouts > 0 || result['2xx'] === 0) {
    throw new Error(`${url}: ${result['2xx']} answers, ${result.non2xx} refusals, ${result.errors} errors.`);
  }
  return {
    requestsPerSecond: result.requests.average,
    latencyMs: { p50: result.latency.p50, p99: result.latency.p99 },
  };
}

/** Asks once and returns the answer, so that contestants are compared on equal answers. */
export async function ask(url: string, body: string): Promise<unknown> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
