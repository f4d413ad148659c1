import { GraphQLBoolean, GraphQLInt, GraphQLNonNull } from 'graphql';
import { tensorToBase64 } from '../../tensors/base64.ts';
import type { Tensor } from '../../tensors/tensor.ts';
import { predictionType } from '../field-types.ts';
import { readSection } from '../manifest-section.ts';
import type { BoundTask, EncodedRow, TaskContext } from '../task.ts';
import { findEmbedding, normalizeEmbedding, poolEmbedding } from './pooling.ts';
import { embeddingSection } from './sections.ts';
import type { TextRow } from './text-input.ts';

/** What `decode` returns. What no selected field needs is absent. */
interface Embedded {
  readonly vector?: Float64Array;
  readonly dimension?: number;
}

/** The side of a task that makes an embedding of a row. */
export type BoundEmbedding = Pick<BoundTask, 'outputType' | 'labels' | 'outputsFor' | 'decode'>;

/**
 * Binds `embedding` and `dimension`.
 * @param hasTokens whether rows say how many tokens they have.
 * @throws ModelLoadError when no output, or several, could be the embedding.
 */
export function bindEmbedding(context: TaskContext, hasTokens: boolean): BoundEmbedding {
  const options = readSection(context.manifest, embeddingSection);
  const output = findEmbedding(context.signature.outputs, options, hasTokens);
  const { name, dimension } = output;
  const usually = options.normalize ? 'it is, when left out' : 'it is not, when left out';
  return {
    outputType: predictionType(context, {
      embedding: {
        type: new GraphQLNonNull(context.types.floatTensor),
        description: `The embedding${dimension === null ? '' : ` of ${dimension} numbers`}: numbers that are alike for texts that are.`,
        args: {
          normalize: {
            type: GraphQLBoolean,
            description: `Whether it is brought to length 1, so that the product of two is their cosine; ${usually}.`,
          },
          encoding: {
            type: context.types.embeddingEncoding,
            defaultValue: 'NUMBERS',
            description: 'As a list of numbers, or as base64, which is smaller and faster.',
          },
        },
        resolve(source, { normalize, encoding }) {
          const { vector } = source as Embedded;
          if (vector === undefined) return undefined;
          const wanted = typeof normalize === 'boolean' ? normalize : options.normalize;
          const tensor = embeddingTensor(wanted ? normalizeEmbedding(vector) : vector);
          return encoding === 'BASE64' ? tensorToBase64(tensor) : tensor;
        },
      },
      dimension: { type: new GraphQLNonNull(GraphQLInt), description: 'How many numbers the embedding has.' },
    }),
    labels: null,
    outputsFor: (fields) => (fields.has('embedding') || (fields.has('dimension') && dimension === null) ? [name] : []),
    decode(outputs, row): Embedded {
      const tensor = outputs.get(name);
      if (tensor === undefined) return dimension === null ? {} : { dimension };
      const vector = poolEmbedding(output, tensor, tokenCountOf(row));
      return { vector, dimension: vector.length };
    },
  };
}

function tokenCountOf({ about }: Pick<EncodedRow, 'about'>): number | null {
  return (about as TextRow['about'] | undefined)?.tokenCount ?? null;
}

function embeddingTensor(vector: Float64Array): Tensor {
  return { datatype: 'FP32', shape: [vector.length], data: Float32Array.from(vector) };
}
