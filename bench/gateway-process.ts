import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ServerProcess, startServer, waitUntilReady } from './process.ts';

/** The models that inferql ships with. */
export const shippedModels = fileURLToPath(new URL('../models/', import.meta.url));

/** Starts the gateway as `npm start` does, on a free port; its `url` is the GraphQL endpoint. */
export async function startGatewayProcess(
  models: string = shippedModels,
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const startedAt = performance.now();
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const server = await startServer(
    { arguments: [main, 'serve', models, '--port', '0'], environment: { ...startEnvironment(), ...environment } },
    /"message":"listening".*"url":"([^"]+)"/,
  );
  try {
    await waitUntilReady(`${server.url}/readyz`);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { ...server, url: `${server.url}/graphql`, startMs: performance.now() - startedAt };
}

/** The variables that the script `start` sets: `NAME=value` before the command. */
function startEnvironment(): Record<string, string> {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { scripts } = JSON.parse(text) as { scripts: { start: string } };
  return Object.fromEntries(
    [...scripts.start.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
  );
}
