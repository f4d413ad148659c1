import type { GraphiQLProps } from 'graphiql';

const integerOrText = { type: ['integer', 'string'] } as const;
const tensor = { type: ['array', 'number', 'boolean', 'string'] } as const;
const listOrText = { type: ['array', 'string'] } as const;

/**
 * Which JSON values the custom scalars take, for the check of the variables editor: without this table it takes every
 * scalar for a single value, and marks the nested lists of a tensor as wrong.
 */
export const customScalarSchemas: NonNullable<GraphiQLProps['customScalarSchemas']> = {
  VersionRef: integerOrText,
  Int64: integerOrText,
  SafeInt: { type: 'integer' },
  Base64: { type: 'string' },
  TensorValues: tensor,
  FloatTensor: listOrText,
  IntTensor: listOrText,
  BooleanTensor: listOrText,
  StringTensor: { type: 'array' },
};
