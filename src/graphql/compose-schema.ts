import { createHash } from 'node:crypto';
import {
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  printSchema,
  type GraphQLFieldConfigMap,
  type GraphQLNamedType,
} from 'graphql';
import type { ServedModel } from '../inference/served-model.ts';
import type { OperationContext } from './context.ts';
import { predictionsType, type GeneratedParts } from './generated-part.ts';
import type { NamedSchema } from './live-moment.ts';
import type { StaticSchema } from './static-schema.ts';

/** Merges the generated part, one field pair for each served model, into the static schema. */
export class SchemaComposer {
  readonly #base: StaticSchema;
  readonly #parts: GeneratedParts;
  readonly #baseText: string;

  constructor(base: StaticSchema, parts: GeneratedParts) {
    this.#base = base;
    this.#parts = parts;
    this.#baseText = printSchema(base.schema);
  }

  /** @param served the default version of each model, ascending by name. */
  compose(served: readonly ServedModel[]): NamedSchema {
    const hash = createHash('sha256').update(this.#baseText);
    if (served.length === 0) return { schema: this.#base.schema, version: nameOf(hash) };
    const config = this.#base.schema.toConfig();
    const query = config.query?.toConfig();
    if (query === undefined) throw new Error('The static schema has no Query type.');
    const types: GraphQLNamedType[] = [];
    const fields: GraphQLFieldConfigMap<unknown, OperationContext> = {};
    for (const model of served) {
      const part = this.#parts.of(model);
      Object.assign(fields, part.fields);
      types.push(...part.types);
      hash.update(part.sdl);
    }
    const predict = {
      type: new GraphQLNonNull(predictionsType(fields)),
      description: 'Typed predictions: one field for each served model, generated from its signature and manifest.',
      resolve: () => ({}),
    };
    const schema = new GraphQLSchema({
      ...config,
      query: new GraphQLObjectType<unknown, OperationContext>({ ...query, fields: { predict, ...query.fields } }),
      types: [...config.types.filter((type) => type !== config.query), ...types],
    });
    return { schema, version: nameOf(hash) };
  }
}

function nameOf(hash: ReturnType<typeof createHash>): string {
  return hash.digest('hex').slice(0, 16);
}
