import { isDeepStrictEqual } from 'node:util';
import type { Answer, Exchange } from './exchange.ts';
import { bytesOf, isLarge, jsonOf, type Row, type Workload } from './workload.ts';

/** How a kind of contestant is asked to predict the rows of a workload, one row a request. */
export type Dialect = (workload: Workload) => Exchange;

/** The gateway's, and that of other GraphQL servers with the same schema. */
export const graphql: Dialect = (workload) => ({
  path: '',
  bodies: workload.rows.map((row) =>
    JSON.stringify({ query: workload.document, variables: { i: workload.variables(row) } }),
  ),
  read: readPredictions,
});

/** Frameworks that leave the form to whoever uses them: an object with each input in, an object with the result out. */
export const rest: Dialect = (workload) => ({
  path: '/predict',
  bodies: workload.rows.map((row) => JSON.stringify(rowJson(row))),
  read: readValues,
});

/** BentoML batches lists of rows, so a request is a list of one. */
export const restList: Dialect = (workload) => ({
  path: '/predict',
  bodies: workload.rows.map((row) => JSON.stringify({ rows: [rowJson(row)] })),
  read: (answer) => readValues((answer as unknown[])[0]),
});

/**
 * The Open Inference Protocol v2 over HTTP. Tensors that are large, or of another shape in each row, are base64 within
 * BYTES: a server that merges requests by putting their numbers behind each other could not tell rows apart.
 */
export const openInference: Dialect = (workload) => ({
  ...openInferenceExchange,
  bodies: workload.rows.map((row) =>
    JSON.stringify({
      inputs: Object.entries(row).map(([name, tensor]) =>
        isLarge(tensor) || workload.rows.some((other) => !isDeepStrictEqual(other[name]?.shape, tensor.shape))
          ? { name, shape: [1], datatype: 'BYTES', data: [bytesOf(tensor).toString('base64')] }
          : { name, shape: [1, ...tensor.shape], datatype: tensor.datatype, data: tensor.data },
      ),
    }),
  ),
});

/** The same with the extension for binary tensors, which Triton has; its header holds for all rows of a workload. */
export const openInferenceBinary: Dialect = (workload) => {
  const isBinary = workload.rows.every((row) => Object.values(row).every(isLarge));
  if (!isBinary)
    return { ...openInferenceExchange, bodies: workload.rows.map((row) => JSON.stringify(numbersOf(row))) };
  const bodies = workload.rows.map((row) => {
    const inputs = Object.entries(row).map(([name, tensor]) => ({
      name,
      shape: [1, ...tensor.shape],
      datatype: tensor.datatype,
      parameters: { binary_data_size: bytesOf(tensor).length },
    }));
    return { json: JSON.stringify({ inputs }), bytes: Buffer.concat(Object.values(row).map(bytesOf)) };
  });
  return {
    ...openInferenceExchange,
    headers: { 'inference-header-content-length': String(bodies[0]?.json.length) },
    bodies: bodies.map(({ json, bytes }) => Buffer.concat([Buffer.from(json), bytes])),
  };
};

function numbersOf(row: Row): object {
  const inputs = Object.entries(row).map(([name, { shape, datatype, data }]) => ({
    name,
    shape: [1, ...shape],
    datatype,
    data,
  }));
  return { inputs };
}

const openInferenceExchange = {
  path: '/v2/models/model/infer',
  read: (answer: unknown): Answer =>
    (answer as { outputs: { data: (string | number)[] }[] }).outputs.flatMap(({ data }) => data),
};

/** Reads whatever predictions an answer of GraphQL has: classes with their scores, outputs as bytes, lists of them. */
export function readPredictions(answer: unknown): Answer {
  const { data } = answer as { data: { predict: object } };
  return flatten(data.predict);
}

function flatten(value: object): Answer {
  return Object.entries(value).flatMap(([key, each]: [string, string | number | object]) => {
    if (typeof each === 'object') return flatten(each);
    if (key !== 'base64' || typeof each !== 'string') return [each];
    return [...new Float32Array(Uint8Array.from(Buffer.from(each, 'base64')).buffer)];
  });
}

function rowJson(row: Row): object {
  return Object.fromEntries(Object.entries(row).map(([name, tensor]) => [name, jsonOf(tensor)]));
}

function readValues(answer: unknown): Answer {
  return Object.values(answer as Record<string, string | number | (string | number)[]>).flat();
}
