import type { GraphQLSchema } from 'graphql';
import type { ServedModel } from '../inference/served-model.ts';
import type { ModelEntry } from '../repository/model-entry.ts';

/** The models by name. */
export type ServedModels = ReadonlyMap<string, ModelEntry<ServedModel>>;

/** A schema and the name that tells it from every other. */
export interface NamedSchema {
  readonly schema: GraphQLSchema;
  /** Sixteen hexadecimal digits; equal for equal schemas, on every replica. */
  readonly version: string;
}

/** What a request sees from its first step to its last: the schema, and the models that it was made from. */
export interface LiveMoment extends NamedSchema {
  readonly models: ServedModels;
}
