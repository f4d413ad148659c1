import { readFileSync, readdirSync } from 'node:fs';
import { makeExecutableSchema } from '@graphql-tools/schema';
import {
  GraphQLEnumType,
  GraphQLInterfaceType,
  GraphQLObjectType,
  GraphQLScalarType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import { createPictureDecoder } from '../../src/tasks/images/picture-decoder.ts';
import { manifestFormat } from '../../src/tasks/index.ts';
import { type RowPort, rowSignature } from '../../src/tasks/row-signature.ts';
import { scalars } from '../../src/tasks/scalars.ts';
import type { EncodedRow, SharedTypes, TaskContext } from '../../src/tasks/task.ts';
import { tensorResolvers } from '../../src/graphql/resolvers/tensor.ts';

/** The static schema of `schema/` with no resolvers but those of the types that tasks share. */
export function staticSchema(): GraphQLSchema {
  const folder = new URL('../../schema/', import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith('.graphql'));
  return makeExecutableSchema({
    typeDefs: files.map((file) => readFileSync(new URL(file, folder), 'utf8')),
    resolvers: { ...scalars, Tensor: tensorResolvers },
    resolverValidationOptions: { requireResolversForResolveType: 'ignore' },
  });
}

/** The types that generated types refer to, taken from a static schema. */
export function sharedTypes(schema: GraphQLSchema = staticSchema()): SharedTypes {
  const get = <T extends GraphQLNamedType>(name: string, kind: abstract new (config: never) => T): T => {
    const type = schema.getType(name);
    if (type instanceof kind) return type;
    throw new Error(`The static schema has no ${kind.name} ${name}`);
  };
  return {
    prediction: get('Prediction', GraphQLInterfaceType),
    predictionMeta: get('PredictionMeta', GraphQLObjectType),
    classScore: get('ClassScore', GraphQLObjectType),
    tensor: get('Tensor', GraphQLObjectType),
    datatype: get('Datatype', GraphQLEnumType),
    embeddingEncoding: get('EmbeddingEncoding', GraphQLEnumType),
    int64: get('Int64', GraphQLScalarType),
    base64: get('Base64', GraphQLScalarType),
    floatTensor: get('FloatTensor', GraphQLScalarType),
    intTensor: get('IntTensor', GraphQLScalarType),
    booleanTensor: get('BooleanTensor', GraphQLScalarType),
    stringTensor: get('StringTensor', GraphQLScalarType),
  };
}

const types = sharedTypes();

/** The row of an input that does not matter to what is decoded. */
export const anyRow: EncodedRow = { tensors: new Map() };

/** What a task is bound to, for a model with these inputs and outputs in each row. */
export function taskContext(
  inputs: readonly RowPort[],
  outputs: readonly RowPort[],
  manifest: object = {},
  files: ReadonlyMap<string, Buffer> = new Map(),
): TaskContext {
  const checked = manifestFormat.parse(manifest);
  const batched = (ports: readonly RowPort[]) =>
    ports.map((port) => ({ ...port, shape: port.shape === null ? null : ['batch', ...port.shape] }));
  const rows = rowSignature({ inputs: batched(inputs), outputs: batched(outputs) });
  // A file without shapes has no batch dimension to be found; the ports are then rows as they are.
  const signature = rows.axis.kind === 'none' ? { axis: rows.axis, inputs, outputs } : rows;
  const identity = { model: 'iris', typePrefix: 'Iris', version: 1, sha256: '0'.repeat(64) };
  const pictures = createPictureDecoder({ maxPixels: 1_000_000 });
  return { ...identity, signature, manifest: checked, files, pictures, types };
}
