import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

/** A server that runs in a process of its own, maybe with children. */
export interface ServerProcess {
  readonly url: string;
  /** From its start until it was ready. */
  readonly startMs: number;
  /** CPU time that the process and its children have used so far, in milliseconds, over all threads. */
  cpuMs(): Promise<number>;
  /** Memory that the process and its children hold at this moment; what they share counts for each of them. */
  residentBytes(): Promise<number>;
  stop(): Promise<void>;
}

/** What to start. */
export interface ServerCommand {
  /** @default this Node */
  readonly command?: string;
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Where it runs. @default where this process does */
  readonly folder?: URL;
  /** Whether what it writes to standard error is of no interest. @default false */
  readonly quiet?: boolean;
}

/** How long a server may take to stop before it is ended. */
const stopGraceMs = 15_000;

/**
 * Starts a server and waits for the line in which it says where it listens.
 * @param ready matches that line; its first group is the URL.
 */
export async function startServer(command: ServerCommand, ready: RegExp): Promise<ServerProcess> {
  const startedAt = performance.now();
  const child = await launch(command);
  return running(child, await waitForLine(child, ready), performance.now() - startedAt);
}

/** Starts a server that listens on a port that it is told, and waits until it answers at `url` with status 200. */
export async function startServerAt(command: ServerCommand, url: string, path: string): Promise<ServerProcess> {
  const startedAt = performance.now();
  const child = await launch(command);
  child.stdout?.resume();
  const server = running(child, url, 0);
  try {
    await waitUntilReady(`${url}${path}`, () => child.exitCode !== null);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { ...server, startMs: performance.now() - startedAt };
}

/** Waits until a server answers with status 200, for a minute and a half at the most. */
export async function waitUntilReady(url: string, hasEnded: () => boolean = () => false): Promise<void> {
  const deadline = performance.now() + 90_000;
  let last = '';
  while (performance.now() < deadline) {
    if (hasEnded()) throw new Error(`The server for ${url} ended before it was ready.`);
    const status = await fetch(url).then(
      async (response) => {
        last = await response.text();
        return response.status;
      },
      (error: unknown) => {
        last = String(error);
        return 0;
      },
    );
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${url} is not ready after a minute and a half: ${last}`);
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return address.port;
}

/** @throws Error when there is no such command. */
async function launch(what: ServerCommand): Promise<ChildProcess> {
  const { command = process.execPath, arguments: arguments_, environment, folder, quiet = false } = what;
  const child = spawn(command, arguments_, {
    cwd: folder,
    stdio: ['ignore', 'pipe', quiet ? 'ignore' : 'inherit'],
    env: { ...process.env, NODE_ENV: 'production', ...environment },
  });
  await once(child, 'spawn');
  return child;
}

function running(child: ChildProcess, url: string, startMs: number): ServerProcess {
  const { pid } = child;
  if (pid === undefined) throw new Error('The server has no process.');
  const sum = async (read: (pid: number) => Promise<number>): Promise<number> => {
    const values = await Promise.all((await family(pid)).map((each) => read(each).catch(() => 0)));
    return values.reduce((total, value) => total + value, 0);
  };
  return {
    url,
    startMs,
    cpuMs: () => sum(readCpuMs),
    residentBytes: () => sum(readResidentBytes),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const members = await family(pid);
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), stopGraceMs);
      await exited;
      clearTimeout(timer);
      for (const member of members) endIfAlive(member);
    },
  };
}

/** A server that was ended hard leaves its children behind. */
function endIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // ESRCH: it has ended by itself, as it should.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** A process and all that come from it; each of its threads has children of its own (proc_pid_task_children(5)). */
async function family(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => '')),
  );
  const children = lists.flatMap((list) => list.split(' ')).filter((part) => part.trim() !== '');
  return [pid, ...(await Promise.all(children.map((child) => family(Number(child))))).flat()];
}

function waitForLine(child: ChildProcess, pattern: RegExp): Promise<string> {
  const { stdout } = child;
  if (stdout === null) throw new Error('The server has no standard output.');
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The server ended with code ${code} before it was ready.`)));
    const lines = createInterface({ input: stdout }).on('line', (line) => {
      const found = pattern.exec(line);
      if (found === null) return;
      resolve(found[1] ?? '');
      lines.close();
      // Read on, or a full pipe would block the server; but not line by line, which takes CPU that the server is measured with.
      stdout.resume();
    });
  });
}

/** From `/proc/<pid>/stat`, fields 14 and 15 (proc(5)); a tick is 10 ms on Linux. */
async function readCpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** `VmRSS` in `/proc/<pid>/status` (proc(5)). */
async function readResidentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kibibytes === undefined) throw new Error('The system does not say how much memory the server holds.');
  return Number(kibibytes) * 1024;
}
