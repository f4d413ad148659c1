import type { Resolvers } from '../generated/resolvers.ts';
import { exampleOperationResolvers, modelResolvers } from './model.ts';
import { modelVersionResolvers } from './model-version.ts';
import { mutationResolvers } from './mutation.ts';
import { queryResolvers } from './query.ts';
import { serverResolvers } from './server.ts';
import { namedTensorResolvers, tensorResolvers } from './tensor.ts';

/** The resolvers of the static schema. Fields that are not here read the property of their name. */
export const resolvers = {
  Query: queryResolvers,
  Mutation: mutationResolvers,
  Server: serverResolvers,
  Model: modelResolvers,
  ExampleOperation: exampleOperationResolvers,
  ModelVersion: modelVersionResolvers,
  Tensor: tensorResolvers,
  NamedTensor: namedTensorResolvers,
} satisfies Resolvers;
