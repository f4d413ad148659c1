import { readdirSync, readFileSync } from 'node:fs';
import { makeExecutableSchema } from '@graphql-tools/schema';
import {
  isEnumType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  type GraphQLNamedType,
  type GraphQLScalarType,
  type GraphQLSchema,
} from 'graphql';
import { scalars } from '../tasks/scalars.ts';
import type { SharedTypes } from '../tasks/task.ts';
import { resolvers } from './resolvers/index.ts';

/** The part of the schema that is the same whatever models are served. */
export interface StaticSchema {
  readonly schema: GraphQLSchema;
  /** The types that generated types refer to. */
  readonly shared: SharedTypes;
  readonly versionRef: GraphQLScalarType;
  readonly typeNames: ReadonlySet<string>;
}

/** Reads the SDL files of `schema/`, in alphabetical order, and joins them with their resolvers. */
export function buildStaticSchema(): StaticSchema {
  const folder = new URL('../../schema/', import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith('.graphql'));
  const typeDefs = files.toSorted().map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const schema = makeExecutableSchema({
    typeDefs,
    resolvers: { ...resolvers, ...scalars },
    // `Prediction` is implemented by generated types only; every one of them says its own type.
    resolverValidationOptions: { requireResolversForResolveType: 'ignore' },
  });
  const get = <T extends GraphQLNamedType>(name: string, is: (type: unknown) => type is T): T => {
    const type = schema.getType(name);
    if (!is(type)) throw new Error(`The static schema lacks the type ${name}.`);
    return type;
  };
  const shared: SharedTypes = {
    prediction: get('Prediction', isInterfaceType),
    predictionMeta: get('PredictionMeta', isObjectType),
    classScore: get('ClassScore', isObjectType),
    tensor: get('Tensor', isObjectType),
    datatype: get('Datatype', isEnumType),
    embeddingEncoding: get('EmbeddingEncoding', isEnumType),
    int64: get('Int64', isScalarType),
    base64: get('Base64', isScalarType),
    floatTensor: get('FloatTensor', isScalarType),
    intTensor: get('IntTensor', isScalarType),
    booleanTensor: get('BooleanTensor', isScalarType),
    stringTensor: get('StringTensor', isScalarType),
  };
  const typeNames = new Set([...Object.keys(schema.getTypeMap()), 'Predictions']);
  return { schema, shared, versionRef: get('VersionRef', isScalarType), typeNames };
}
