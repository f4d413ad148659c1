import { fileURLToPath } from 'node:url';
import type { Exchange, Opponent } from './exchange.ts';
import { type ServerProcess, startServer } from './process.ts';

/** An opponent with the process that it runs in. */
export interface RunningOpponent extends Opponent {
  readonly server: ServerProcess;
}

/** What a running server is asked. */
export function opponent(name: string, server: ServerProcess, exchange: Exchange): RunningOpponent {
  const { path, bodies, headers = {} } = exchange;
  return { name, server, exchange, requests: { url: `${server.url}${path}`, bodies, headers } };
}

/** Starts a script of `contestants/` that prints where it listens. */
export async function startScript(name: string): Promise<ServerProcess> {
  const script = fileURLToPath(new URL(`contestants/${name}.ts`, import.meta.url));
  return startServer({ arguments: [script] }, /^listening (\S+)/);
}

/** Stops a server after its use, whether that went well or not. */
export async function withServer<T>(
  starting: Promise<ServerProcess>,
  use: (server: ServerProcess) => Promise<T>,
): Promise<T> {
  const server = await starting;
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}
