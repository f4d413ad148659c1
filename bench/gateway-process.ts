import { fileURLToPath } from 'node:url';
import { startServer, type ServerProcess } from './process.ts';

/** Starts the gateway as an operator would, on a free port; its `url` is the GraphQL endpoint. */
export async function startGatewayProcess(models: string): Promise<ServerProcess> {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const server = await startServer([main, 'serve', models, '--port', '0'], /"message":"listening".*"url":"([^"]+)"/);
  await ready(`${server.url}/readyz`);
  return { ...server, url: `${server.url}/graphql` };
}

async function ready(url: string): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const response = await fetch(url);
    const { status } = response;
    const text = await response.text();
    if (status === 200) return;
    if (performance.now() > deadline) throw new Error(`The gateway is not ready after a minute: ${text}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
