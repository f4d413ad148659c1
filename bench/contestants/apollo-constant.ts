import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';

/**
 * A stock Apollo standalone server, with every setting at its default, whose resolver returns a constant of the same
 * shape as an iris prediction: what Apollo costs when there is nothing to do.
 */
const typeDefs = `#graphql
  type Query { predict: Predictions! }
  type Predictions { iris(input: IrisInput!): IrisPrediction }
  input IrisInput { sepalLength: Float! sepalWidth: Float! petalLength: Float! petalWidth: Float! }
  type IrisPrediction { label: String! score: Float! scores(top: Int): [ClassScore!]! meta: PredictionMeta! }
  type ClassScore { label: String! score: Float! }
  type PredictionMeta { requestId: ID! model: ID! version: Int! batchSize: Int! queueMs: Float! computeMs: Float! }
`;

const prediction = {
  label: 'setosa',
  score: 0.981583297252655,
  scores: [
    { label: 'setosa', score: 0.981583297252655 },
    { label: 'versicolor', score: 0.01841670460999012 },
    { label: 'virginica', score: 1.4516600366221155e-8 },
  ],
  meta: { requestId: 'constant', model: 'iris', version: 1, batchSize: 1, queueMs: 0, computeMs: 0 },
};

const server = new ApolloServer({
  typeDefs,
  resolvers: { Query: { predict: () => ({}) }, Predictions: { iris: () => prediction } },
});
const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: 0 } });
console.log(`listening ${url}`);
