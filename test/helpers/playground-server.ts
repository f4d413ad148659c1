import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readdir, readFile } from 'node:fs/promises';
import { buildSchema, type GraphQLSchema } from 'graphql';
import { createHandler } from 'graphql-http/lib/use/http';
import { loadPlayground, playgroundDirectory } from '../../src/http/playground.ts';

/** A server that a test has started. */
export interface TestServer {
  /** The address of the playground, with a slash at its end. */
  readonly url: string;
  close(): Promise<void>;
}

const schemaDirectory = new URL('../../schema/', import.meta.url);

/** What the gateway would generate for one model. */
const generatedTypes = `
  extend type Query { predict: Predictions! }
  "Typed predictions: one field for each served model."
  type Predictions {
    "Which iris is it?"
    iris(input: IrisInput!, version: VersionRef): IrisPrediction
  }
  input IrisInput {
    "Sepal length in cm, 0 to 30."
    sepalLength: Float!
    "Sepal width in cm, 0 to 30."
    sepalWidth: Float!
  }
  type IrisPrediction implements Prediction {
    label: String!
    score: Float!
    scores(top: Int): [ClassScore!]!
    meta: PredictionMeta!
  }
`;

const rootValue = {
  models: [{ name: 'iris', task: 'tabular-classification', field: 'iris', description: 'Which iris is it?' }],
  server: { version: '0.0.0-test' },
  predict: {
    iris: ({ input }: { readonly input: { readonly sepalLength: number } }) => ({
      label: input.sepalLength > 6 ? 'virginica' : 'setosa',
      score: 0.75,
      scores: [{ label: 'virginica', score: 0.75 }],
      meta: { requestId: 'r-1', model: 'iris', version: 1, batchSize: 1, queueMs: 0, computeMs: 0 },
    }),
  },
};

/** Serves the built playground, and the static schema with one made-up model below it, on a free port of loopback. */
export async function startTestServer(): Promise<TestServer> {
  const playground = await loadPlayground(playgroundDirectory, (message) => {
    throw new Error(message);
  });
  const graphql = createHandler({ schema: await readSchema(), rootValue });
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/graphql') {
      void graphql(request, response);
      return;
    }
    const { headers } = request;
    const answer = playground?.respond(pathname, headers['accept-encoding']?.toString(), headers['if-none-match']);
    response.writeHead(answer?.status ?? 404, answer?.headers ?? {});
    response.end(answer?.body);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

async function readSchema(): Promise<GraphQLSchema> {
  const names = await readdir(schemaDirectory);
  const documents = await Promise.all(names.map((name) => readFile(new URL(name, schemaDirectory), 'utf8')));
  return buildSchema([...documents, generatedTypes].join('\n'));
}
