import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startServer, type ServerProcess } from './process.ts';

/** Starts the gateway as `npm start` does, on a free port; its `url` is the GraphQL endpoint. */
export async function startGatewayProcess(
  models: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const listening = /"message":"listening".*"url":"([^"]+)"/;
  const server = await startServer([main, 'serve', models, '--port', '0'], listening, {
    ...startEnvironment(),
    ...environment,
  });
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

/** The variables that the script `start` sets: `NAME=value` before the command. */
function startEnvironment(): Record<string, string> {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { scripts } = JSON.parse(text) as { scripts: { start: string } };
  return Object.fromEntries(
    [...scripts.start.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
  );
}
