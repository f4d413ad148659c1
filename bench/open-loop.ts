import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withFolder } from './temporary-folder.ts';

const run = promisify(execFile);

/** Requests that arrive when they do, whether the server is ready for them or not. */
export interface Arrivals {
  readonly url: string;
  readonly body: string;
  /** Besides those that every request has. @default none */
  readonly headers?: Readonly<Record<string, string>>;
  /** The mean of a Poisson process. */
  readonly requestsPerSecond: number;
  readonly seconds: number;
}

/** What the arriving requests saw. */
export interface OpenLoopResult {
  readonly sent: number;
  /** Answers per second until the last one was there. */
  readonly answeredPerSecond: number;
  /** Answers with an error status or with errors in them, and requests without an answer. */
  readonly failed: number;
  /** Answers without an error: how many per second of arrivals, and how long they took from the moment at which they were due. */
  readonly good: {
    readonly perSecond: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
    readonly mostMs: number;
  };
  /** From the moment at which a request was due, not from when it was sent: waiting for a connection counts. */
  readonly latencyMs: { readonly p50: number; readonly p90: number; readonly p99: number; readonly p999: number };
  /** How late the generator itself was, which is part of the latencies. */
  readonly lateMs: { readonly p50: number; readonly p99: number };
}

/** Drives a server with arrivals, from a process of its own. */
export async function arrive(arrivals: Arrivals): Promise<OpenLoopResult> {
  return withFolder(async (folder) => {
    const file = join(folder, 'arrivals.json');
    await writeFile(file, JSON.stringify(arrivals));
    const script = fileURLToPath(new URL('open-loop-generator.ts', import.meta.url));
    const { stdout } = await run(process.execPath, [script, file]);
    return JSON.parse(stdout) as OpenLoopResult;
  });
}
