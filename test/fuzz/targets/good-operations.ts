import { getIntrospectionQuery } from 'graphql';

/** What is good for the server of the bench, to be spoilt. */
export interface GoodOperation {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** A PNG. */
const blackPixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==';

/** A good input of each model, and what to select of its predictions. */
export const goodInputs: Readonly<
  Record<string, { readonly input: Readonly<Record<string, unknown>>; readonly select: string }>
> = {
  diabetes: {
    input: { age: 0.038, sex: 0.05, bmi: 0.06, bp: 0.02, s1: -0.04, s2: -0.03, s3: -0.04, s4: 0, s5: 0.02, s6: -0.01 },
    select: 'value',
  },
  digits: { input: { image: blackPixel }, select: 'label score' },
  colours: { input: { image: blackPixel }, select: 'label scores(top: 3) { label score }' },
  things: { input: { image: blackPixel }, select: 'boxes(threshold: 0, limit: 4) { label score xMin yMax }' },
  iris: {
    input: { sepalLength: 5.1, sepalWidth: 3.5, petalLength: 1.4, petalWidth: 0.2 },
    select: 'label scores(top: 2) { label score }',
  },
  opticalDigits: { input: { pixels: Array<number>(64).fill(3) }, select: '__typename meta { batchSize }' },
  spam: { input: { text: 'Ok lar... Joking wif u oni...' }, select: 'label score' },
  spamEmbeddings: { input: { text: 'Ok, see you at 7!' }, select: 'embedding dimension' },
  spamTransformer: { input: { text: 'Ok, see you at 7!' }, select: 'label' },
  titanic: { input: { pclass: 1, sex: 'female', age: 29, fare: 211.3, embarked: 'S' }, select: 'label score' },
  embed: { input: { text: 'Free entry' }, select: 'embedding(encoding: BASE64)' },
  words: { input: { text: 'spam' }, select: 'label' },
  sum: { input: { x: [[1, 2]] }, select: 'y { values } state' },
  matrix: {
    input: {
      x: [
        [1, 2],
        [3, 4],
      ],
    },
    select: 'y { datatype shape values base64 }',
  },
  texts: { input: { x: ['a', 'b'] }, select: 'y { values }' },
  halves: { input: { x: [1, 2, 3] }, select: 'y { values base64 }' },
  longs: { input: { x: '9007199254740993' }, select: 'y' },
  remainders: { input: { x: 3 }, select: 'y' },
  flags: { input: { x: [true, false] }, select: 'y { values }' },
  whole: {
    input: {
      x: [
        [1, 2, 3],
        [4, 5, 6],
      ],
    },
    select: 'y { values }',
  },
  single: { input: { x: 0.5 }, select: 'y' },
};

/** The type of a model's input. */
const inputTypeOf = (model: string): string => `${model[0]?.toUpperCase()}${model.slice(1)}Input`;

/** A prediction of one row. */
export function oneOf(model: string): string {
  return `query One($input: ${inputTypeOf(model)}!, $version: VersionRef) { predict { ${model}(input: $input, version: $version) { ${goodInputs[model]?.select} } } }`;
}

/** Predictions of a list of rows. */
export function manyOf(model: string): string {
  return `query Many($inputs: [${inputTypeOf(model)}!]!, $version: VersionRef) { predict { ${model}Batch(inputs: $inputs, version: $version) { ${goodInputs[model]?.select} } } }`;
}

const flower = goodInputs['iris']?.input ?? {};
const flowerText = '{ sepalLength: 5.1, sepalWidth: 3.5, petalLength: 1.4, petalWidth: 0.2 }';
const inferText = 'infer(input: $input) { outputs { name datatype shape values base64 } meta { batchSize queueMs } }';

/** Operations of every kind. */
export const goodOperations: Readonly<Record<string, GoodOperation>> = {
  one: { query: oneOf('iris'), variables: { input: flower } },
  many: {
    query: manyOf('titanic'),
    variables: { inputs: [goodInputs['titanic']?.input, goodInputs['titanic']?.input] },
  },
  literal: { query: `{ predict { iris(input: ${flowerText}) { label meta { model version } } } }` },
  literals: {
    query: `query Several { predict { a: iris(input: ${flowerText}) { ...F } b: irisBatch(inputs: [${flowerText}]) { ...F } } } fragment F on IrisPrediction { label scores { label score } }`,
  },
  inline: {
    query: `query Q($on: Boolean! = true, $top: Int = 1) { predict { iris(input: ${flowerText}) @include(if: $on) { ... on Prediction { __typename meta { requestId } } ... @skip(if: false) { scores(top: $top) { label } } } } }`,
  },
  infer: {
    query: `query Raw($input: InferInput!) { ${inferText} }`,
    variables: {
      input: {
        model: 'iris',
        inputs: [{ name: 'X', datatype: 'FP32', shape: [1, 4], values: [[5.1, 3.5, 1.4, 0.2]] }],
      },
    },
  },
  models: {
    query:
      '{ models(filter: { ready: true }) { name title task field versions { version state { phase } signature { inputs { name datatype shape } } } } }',
  },
  model: {
    query:
      'query M($name: ID!) { model(name: $name) { name labels { name } features { name type } batching { maxBatchSize } } server { version limits { maxBodyBytes } } }',
    variables: { name: 'iris' },
  },
  introspection: { query: getIntrospectionQuery() },
  type: {
    query:
      '{ __type(name: "Query") { fields(includeDeprecated: true) { name args { defaultValue } type { ofType { name } } } } __schema { directives { name } } }',
  },
  mutation: { query: 'mutation { unloadModel(model: "nobody", version: "1") { name } rescanRepository { name } }' },
  several: { query: 'query A { server { version } } query B { models { name } }', variables: {} },
};
