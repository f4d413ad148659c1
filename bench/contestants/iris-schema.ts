/** The part of the gateway's schema that iris uses, for servers that answer the same requests. */
export const irisSchema = `#graphql
  type Query { predict: Predictions! }
  type Predictions { iris(input: IrisInput!): IrisPrediction }
  input IrisInput { sepalLength: Float! sepalWidth: Float! petalLength: Float! petalWidth: Float! }
  type IrisPrediction { label: String! score: Float! scores(top: Int): [ClassScore!]! meta: PredictionMeta! }
  type ClassScore { label: String! score: Float! }
  type PredictionMeta { requestId: ID! model: ID! version: Int! batchSize: Int! queueMs: Float! computeMs: Float! }
`;

/** What the gateway answers to the benchmark's row. */
export const irisPrediction = {
  label: 'setosa',
  score: 0.9757477641105652,
  scores: [
    { label: 'setosa', score: 0.9757477641105652 },
    { label: 'versicolor', score: 0.02425219118595123 },
    { label: 'virginica', score: 4.970910882949829e-8 },
  ],
  meta: { requestId: 'constant', model: 'iris', version: 1, batchSize: 1, queueMs: 0, computeMs: 0 },
};
