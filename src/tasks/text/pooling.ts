import { GatewayError, ModelLoadError } from '../../errors.ts';
import { datatypes } from '../../tensors/datatypes.ts';
import { tensorNumbers } from '../../tensors/numbers.ts';
import type { Tensor } from '../../tensors/tensor.ts';
import { describeOutputs } from '../model-outputs.ts';
import type { RowPort } from '../row-signature.ts';

/** What makes one embedding of what the graph gives for a row. */
export type Pooling = 'mean' | 'cls' | 'lastToken' | 'pooled';

/** The output of a graph that becomes the embedding. */
export interface EmbeddingOutput {
  readonly name: string;
  readonly pooling: Pooling;
  /** How many numbers an embedding has; null where the file leaves that open. */
  readonly dimension: number | null;
}

/** What exporters call the outputs of a text model, the one to take first. */
const usualNames = ['sentence_embedding', 'text_embeds', 'last_hidden_state', 'token_embeddings'];

/**
 * Finds the output that holds the embedding of a row, of shape `[dimension]`, or those of its tokens, of shape
 * `[tokens, dimension]`.
 * @param hasTokens whether it is known which positions are tokens.
 * @throws ModelLoadError naming the outputs, when none or several fit.
 */
export function findEmbedding(
  outputs: readonly RowPort[],
  { output, pooling }: { readonly output?: string | undefined; readonly pooling?: Pooling | undefined },
  hasTokens: boolean,
): EmbeddingOutput {
  const gives = `the model gives ${describeOutputs(outputs)}`;
  const fitting = outputs.filter((port) => fits(port, pooling));
  const found = output === undefined ? preferred(fitting) : fitting.find(({ name }) => name === output);
  if (found === undefined) {
    if (output !== undefined) throw new ModelLoadError(`The output "${output}" cannot be the embedding: ${gives}.`);
    throw new ModelLoadError(
      `${fitting.length === 0 ? 'No output' : 'More than one output'} could be the embedding: ${gives}; say embedding.output in the manifest, or use the task tensor.`,
    );
  }
  const rank = found.shape?.length ?? 1;
  const chosen = pooling ?? (rank === 1 ? 'pooled' : 'mean');
  if (!hasTokens && (chosen === 'mean' || chosen === 'lastToken')) {
    throw new ModelLoadError(
      `The output "${found.name}" has one embedding for each token, and the graph does not say which positions are tokens: pool them in the graph.`,
    );
  }
  const dimension = found.shape?.at(-1);
  return { name: found.name, pooling: chosen, dimension: typeof dimension === 'number' ? dimension : null };
}

function fits({ datatype, shape }: RowPort, pooling: Pooling | undefined): boolean {
  if (datatypes[datatype].json !== 'float') return false;
  if (shape === null) return pooling !== undefined;
  if (pooling === undefined) return shape.length === 1 || shape.length === 2;
  return shape.length === (pooling === 'pooled' ? 1 : 2);
}

function preferred(outputs: readonly RowPort[]): RowPort | undefined {
  if (outputs.length <= 1) return outputs[0];
  for (const name of usualNames) {
    const found = outputs.find((port) => port.name === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * One embedding of what a graph gave for a row. Positions behind the row's own tokens only fill it up, and count for
 * nothing; the mean of no tokens is zero.
 * @param tokenCount how many positions, from the first, are tokens; null takes every position for one.
 * @throws GatewayError `INFERENCE_FAILED` for another shape than the file declares, and for NaN and infinities.
 */
export function poolEmbedding(
  { name, pooling }: EmbeddingOutput,
  tensor: Tensor,
  tokenCount: number | null,
): Float64Array {
  const numbers = tensorNumbers(tensor);
  const { shape } = tensor;
  if (pooling === 'pooled') {
    if (shape.length !== 1) throw wrongShape(name, shape, 'one embedding');
    return requireFinite(Float64Array.from(numbers), name);
  }
  const [positions = 0, dimension = 0] = shape;
  const tokens = tokenCount ?? positions;
  if (shape.length !== 2 || positions < tokens) throw wrongShape(name, shape, `one for each of ${tokens} tokens`);
  const first = pooling === 'lastToken' ? Math.max(0, tokens - 1) : 0;
  const end = pooling === 'cls' ? Math.min(1, tokens) : tokens;
  const sum = new Float64Array(dimension);
  for (let position = first; position < end; position += 1) {
    for (let column = 0; column < dimension; column += 1) {
      sum[column] = (sum[column] ?? 0) + (numbers[position * dimension + column] ?? 0);
    }
  }
  const count = Math.max(1, end - first);
  return requireFinite(
    sum.map((value) => value / count),
    name,
  );
}

/** The embedding with length 1; one without any length stays as it is. */
export function normalizeEmbedding(embedding: Float64Array): Float64Array {
  let squares = 0;
  for (const value of embedding) squares += value * value;
  const length = Math.sqrt(squares);
  return length === 0 ? embedding : embedding.map((value) => value / length);
}

function requireFinite(embedding: Float64Array, output: string): Float64Array {
  // What is given out are numbers of 32 bits.
  const place = embedding.findIndex((value) => !Number.isFinite(Math.fround(value)));
  if (place === -1) return embedding;
  throw new GatewayError(
    'INFERENCE_FAILED',
    `The model gave ${embedding[place]} for element ${place} of the embedding, from the output "${output}".`,
  );
}

function wrongShape(output: string, shape: readonly number[], due: string): GatewayError {
  return new GatewayError(
    'INFERENCE_FAILED',
    `The model gave the shape [${shape.join(', ')}] for the output "${output}", and ${due} was due.`,
  );
}
