import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { irisPrediction, irisSchema } from './iris-schema.ts';

/**
 * A stock Apollo standalone server, with every setting at its default, whose resolver returns a constant of the same
 * shape as an iris prediction: what Apollo costs when there is nothing to do.
 */
const server = new ApolloServer({
  typeDefs: irisSchema,
  resolvers: { Query: { predict: () => ({}) }, Predictions: { iris: () => irisPrediction } },
});
const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: 0 } });
console.log(`listening ${url}`);
