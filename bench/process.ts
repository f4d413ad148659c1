import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

/** A server that runs in a process of its own. */
export interface ServerProcess {
  readonly url: string;
  /** CPU time that the process has used so far, in milliseconds, over all threads. */
  cpuMs(): Promise<number>;
  /** Memory that the process holds at this moment. */
  residentBytes(): Promise<number>;
  stop(): Promise<void>;
}

/**
 * Starts a server and waits for the line in which it says where it listens.
 * @param arguments_ of Node, the script first.
 * @param ready matches that line; its first group is the URL.
 */
export async function startServer(
  arguments_: readonly string[],
  ready: RegExp,
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const child = spawn(process.execPath, arguments_, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production', ...environment },
  });
  const url = await waitForLine(child, ready);
  return {
    url,
    cpuMs: () => readCpuMs(child),
    residentBytes: () => readResidentBytes(child),
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function waitForLine(child: ChildProcess, pattern: RegExp): Promise<string> {
  const { stdout } = child;
  if (stdout === null) throw new Error('The server has no standard output.');
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The server ended with code ${code} before it was ready.`)));
    // Read on after the match: a full pipe would block the server.
    createInterface({ input: stdout }).on('line', (line) => {
      const found = pattern.exec(line);
      if (found !== null) resolve(found[1] ?? '');
    });
  });
}

/** From `/proc/<pid>/stat`, fields 14 and 15 (proc(5)); a tick is 10 ms on Linux. */
async function readCpuMs(child: ChildProcess): Promise<number> {
  const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** `VmRSS` in `/proc/<pid>/status` (proc(5)). */
async function readResidentBytes(child: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kibibytes === undefined) throw new Error('The system does not say how much memory the server holds.');
  return Number(kibibytes) * 1024;
}
