import { fileURLToPath } from 'node:url';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** What one would write by hand: Apollo standalone with `session.run()` in the resolvers; a list is one call. */
const typeDefs = `#graphql
  type Query { predict: Predictions! }
  type Predictions {
    iris(input: IrisInput!): Prediction
    irisBatch(inputs: [IrisInput!]!): [Prediction]
    titanic(input: TitanicInput!): Prediction
  }
  input IrisInput { sepalLength: Float! sepalWidth: Float! petalLength: Float! petalWidth: Float! }
  input TitanicInput { pclass: Int! sex: String! age: Float fare: Float! embarked: String }
  type Prediction { label: String! score: Float! }
`;

interface Flower {
  readonly sepalLength: number;
  readonly sepalWidth: number;
  readonly petalLength: number;
  readonly petalWidth: number;
}

interface Passenger {
  readonly pclass: number;
  readonly sex: string;
  readonly age: number | null;
  readonly fare: number;
  readonly embarked: string | null;
}

interface Prediction {
  readonly label: string;
  readonly score: number;
}

const load = (name: string): Promise<InferenceSession> =>
  InferenceSession.create(fileURLToPath(new URL(`../../models/${name}/1/model.onnx`, import.meta.url)));
const [iris, titanic] = [await load('iris'), await load('titanic')];

async function predict(
  session: InferenceSession,
  feeds: Record<string, Tensor>,
  labels: readonly string[],
): Promise<Prediction[]> {
  const { probabilities } = await session.run(feeds, ['probabilities']);
  const scores = probabilities?.data as Float32Array;
  return Array.from({ length: scores.length / labels.length }, (_, row) => {
    const own = scores.subarray(row * labels.length, (row + 1) * labels.length);
    const best = own.indexOf(Math.max(...own));
    return { label: labels[best] ?? '', score: own[best] ?? Number.NaN };
  });
}

async function predictIris(flowers: readonly Flower[]): Promise<Prediction[]> {
  const values = flowers.flatMap((each) => [each.sepalLength, each.sepalWidth, each.petalLength, each.petalWidth]);
  const X = new Tensor('float32', Float32Array.from(values), [flowers.length, 4]);
  return predict(iris, { X }, ['setosa', 'versicolor', 'virginica']);
}

async function predictTitanic({ pclass, sex, age, fare, embarked }: Passenger): Promise<Prediction | undefined> {
  const feeds = {
    pclass: new Tensor('int64', BigInt64Array.of(BigInt(pclass)), [1, 1]),
    sex: new Tensor('string', [sex], [1, 1]),
    age: new Tensor('float32', Float32Array.of(age ?? Number.NaN), [1, 1]),
    fare: new Tensor('float32', Float32Array.of(fare), [1, 1]),
    embarked: new Tensor('string', [embarked ?? 'missing'], [1, 1]),
  };
  return (await predict(titanic, feeds, ['died', 'survived']))[0];
}

const server = new ApolloServer({
  typeDefs,
  resolvers: {
    Query: { predict: () => ({}) },
    Predictions: {
      iris: async (_: unknown, { input }: { input: Flower }) => (await predictIris([input]))[0],
      irisBatch: (_: unknown, { inputs }: { inputs: Flower[] }) => predictIris(inputs),
      titanic: (_: unknown, { input }: { input: Passenger }) => predictTitanic(input),
    },
  },
});
const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: 0 } });
console.log(`listening ${url}`);
