import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLInputObjectType,
  type GraphQLInputFieldConfig,
  GraphQLInt,
  type GraphQLFieldConfig,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLScalarType,
  GraphQLString,
} from 'graphql';
import { badInput } from '../errors.ts';
import type { Datatype } from '../tensors/datatypes.ts';
import type { RowPort } from './row-signature.ts';
import type { SharedTypes, TaskContext, TaskInput } from './task.ts';

/** Whether a row of this input or output is one element: `[]`, or `[1]` as scikit-learn's columns are. */
export function isSingleElement({ shape }: RowPort): boolean {
  return shape !== null && (shape.length === 0 || (shape.length === 1 && shape[0] === 1));
}

/** The GraphQL type of one element. GraphQL's own `Int` has 32 bits with a sign; integers beyond are `Int64`. */
export function elementType(datatype: Datatype, types: SharedTypes): GraphQLScalarType {
  switch (datatype) {
    case 'BOOL':
      return GraphQLBoolean;
    case 'BYTES':
      return GraphQLString;
    case 'FP16':
    case 'FP32':
    case 'FP64':
      return GraphQLFloat;
    case 'UINT32':
    case 'UINT64':
    case 'INT64':
      return types.int64;
    default:
      return GraphQLInt;
  }
}

/** The GraphQL type of a whole tensor that goes in. */
export function tensorType(datatype: Datatype, types: SharedTypes): GraphQLScalarType {
  switch (datatype) {
    case 'BOOL':
      return types.booleanTensor;
    case 'BYTES':
      return types.stringTensor;
    case 'FP16':
    case 'FP32':
    case 'FP64':
      return types.floatTensor;
    default:
      return types.intTensor;
  }
}

/** Makes `<Prefix>Input`. */
export function inputType(
  { typePrefix, model }: TaskContext,
  fields: Readonly<Record<string, GraphQLInputFieldConfig>>,
): GraphQLInputObjectType {
  return new GraphQLInputObjectType({
    name: `${typePrefix}Input`,
    description: `One input of the model \`${model}\`.`,
    fields,
  });
}

/** Makes `<Prefix>Prediction`, which has `meta` besides these fields. */
export function predictionType(
  { typePrefix, model, types }: TaskContext,
  fields: Readonly<Record<string, GraphQLFieldConfig<unknown, unknown>>>,
): GraphQLObjectType {
  return new GraphQLObjectType<unknown, unknown>({
    name: `${typePrefix}Prediction`,
    description: `What the model \`${model}\` predicts for one input.`,
    interfaces: [types.prediction],
    fields: {
      ...fields,
      meta: { type: new GraphQLNonNull(types.predictionMeta), description: 'How this prediction was computed.' },
    },
  });
}

/**
 * Refuses names that the input type has not. GraphQL does so as well, but not for examples that are read from files.
 * @throws GatewayError `BAD_USER_INPUT`
 */
export function refuseUnknownNames(input: TaskInput, known: ReadonlySet<string>): void {
  for (const name in input) {
    if (known.has(name)) continue;
    throw badInput({
      reason: 'UNKNOWN_NAME',
      input: name,
      expected: `one of the fields ${[...known].join(', ')}`,
      received: 'a field of another name',
    });
  }
}
