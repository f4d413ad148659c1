import { GraphQLBoolean, GraphQLFloat, GraphQLID, GraphQLInt, GraphQLString, type GraphQLLeafType } from 'graphql';

/** Whether a value is plainly one of its type, and the same as a part of JSON and in a resolver. */
export type IsPlain = (value: unknown) => boolean;

const plainValues: ReadonlyMap<GraphQLLeafType, IsPlain> = new Map<GraphQLLeafType, IsPlain>([
  [GraphQLFloat, Number.isFinite],
  [GraphQLInt, (value) => typeof value === 'number' && (value | 0) === value],
  [GraphQLString, (value) => typeof value === 'string'],
  [GraphQLID, (value) => typeof value === 'string'],
  [GraphQLBoolean, (value) => typeof value === 'boolean'],
]);

/** Knows the values that GraphQL's own scalars leave as they are; of other types it calls none plain. */
export function plainValuesOf(type: GraphQLLeafType): IsPlain {
  return plainValues.get(type) ?? (() => false);
}
