import fastify from 'fastify';
import mercurius from 'mercurius';
import { irisPrediction, irisSchema } from './iris-schema.ts';

/** Mercurius with its compiler on, whose resolver returns a constant: the fastest GraphQL server of Node at nothing. */
const app = fastify();
await app.register(mercurius, {
  schema: irisSchema,
  resolvers: { Query: { predict: () => ({}) }, Predictions: { iris: () => irisPrediction } },
  // Compiled at the first use of a document.
  jit: 1,
});
const url = await app.listen({ host: '127.0.0.1', port: 0 });
console.log(`listening ${url}/graphql`);
