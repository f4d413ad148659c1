import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { TestScope } from './temporary-folder.ts';

/** Where Debian and Ubuntu put it, and those who build it themselves. `.ci/run` looks for the same. */
const executablePaths = ['/usr/bin/redis-server', '/usr/local/bin/redis-server'];

const executablePath = executablePaths.find((path) => existsSync(path));

/** Why tests with Redis are skipped, or false where there is one: for the `skip` option of a test. */
export const skipWithoutRedis = executablePath
  ? false
  : `there is no Redis at ${executablePaths.join(' or ')}: apt-get install redis-server`;

/** A real Redis, which keeps nothing on disk. */
export interface RedisServer {
  readonly url: string;
  /** Ends it, with all that it holds. */
  stop(): Promise<void>;
  /** Starts it again, empty, at the same address. */
  start(): Promise<void>;
  /** Has it answer nothing, while connections stay open; or go on. */
  freeze(isFrozen: boolean): void;
}

/** Starts a Redis on a free port of the loopback interface; it ends with the test. */
export async function startRedis(test: TestScope): Promise<RedisServer> {
  if (executablePath === undefined) throw new Error(String(skipWithoutRedis));
  const port = String(await freePort());
  const run = async () => {
    const options = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const child = spawn(executablePath, options, { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    while (!output.includes('Ready to accept connections')) {
      if (child.exitCode !== null) throw new Error(`Redis did not start: ${output}`);
      await Promise.race([once(child.stdout, 'data'), ended]);
    }
    return { child, ended };
  };
  let running = await run();
  const stop = async (): Promise<void> => {
    running.child.kill('SIGKILL');
    await running.ended;
  };
  test.after(stop);
  return {
    url: `redis://127.0.0.1:${port}`,
    stop,
    start: async () => {
      running = await run();
    },
    freeze: (isFrozen) => void running.child.kill(isFrozen ? 'SIGSTOP' : 'SIGCONT'),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
