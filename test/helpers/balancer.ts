import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { TestScope } from './temporary-folder.ts';

/** A balancer of connections. */
export interface Balancer {
  readonly url: string;
  /** Sends new connections to these replicas too. */
  add(url: string): void;
  /** Asks every replica whether it is ready, and leaves out those that are not. */
  probe(): Promise<void>;
  /** How many replicas connections are sent to. */
  readonly ready: number;
}

/**
 * Sends each connection to one of the replicas that were ready when they were last asked at `/readyz`, in turns, and
 * hands bytes to and fro. It retries nothing: a connection that fails fails for its client.
 */
export async function startBalancer(test: TestScope): Promise<Balancer> {
  const replicas = new Map<string, boolean>();
  const sockets = new Set<Socket>();
  let turn = 0;
  const server = createServer((client) => {
    const ready = [...replicas].filter(([, isReady]) => isReady).map(([url]) => new URL(url));
    turn += 1;
    const chosen = ready[turn % Math.max(ready.length, 1)];
    if (chosen === undefined) return void client.destroy();
    const upstream = connect(Number(chosen.port), chosen.hostname);
    for (const [from, to] of [[client, upstream] as const, [upstream, client] as const]) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => sockets.delete(from));
      from.pipe(to);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  test.after(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    add: (url) => void replicas.set(url, false),
    get ready() {
      return [...replicas.values()].filter(Boolean).length;
    },
    async probe() {
      await Promise.all(
        [...replicas.keys()].map(async (url) => {
          const answer = await fetch(`${url}/readyz`, { headers: { connection: 'close' } }).catch(() => null);
          await answer?.arrayBuffer();
          if (answer === null) replicas.delete(url);
          else replicas.set(url, answer.status === 200);
        }),
      );
    },
  };
}
