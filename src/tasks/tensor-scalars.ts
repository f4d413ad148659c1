import { GraphQLError, type GraphQLScalarType } from 'graphql';
import { describeValue } from '../errors.ts';
import type { Tensor } from '../tensors/tensor.ts';
import { tensorToValues } from '../tensors/values.ts';
import { defineScalar } from './define-scalar.ts';
import { tensorLiteral } from './tensor-literals.ts';

/**
 * The scalars that hold whole tensors. They are leaves: a value that comes in is only looked at from outside, and
 * `encode` checks it once against datatype and shape. A `Tensor` that goes out becomes nested lists; base64 that goes out stays what it is.
 */
export const tensorScalars = {
  TensorValues: tensorScalar('TensorValues', ['number', 'bigint', 'string', 'boolean'], 'nested lists'),
  FloatTensor: tensorScalar('FloatTensor', ['number', 'bigint', 'string'], 'nested lists of numbers, or base64'),
  IntTensor: tensorScalar('IntTensor', ['number', 'bigint', 'string'], 'nested lists of integers, or base64'),
  BooleanTensor: tensorScalar('BooleanTensor', ['boolean', 'string'], 'nested lists of booleans, or base64'),
  StringTensor: tensorScalar('StringTensor', ['string'], 'nested lists of strings'),
} as const;

function tensorScalar(name: string, bare: readonly string[], expected: string): GraphQLScalarType {
  const accept = (value: unknown): unknown => {
    if (Array.isArray(value) || bare.includes(typeof value)) return value;
    throw new GraphQLError(`${name}: expected ${expected}, got ${describeValue(value)}.`);
  };
  return defineScalar({
    name,
    parseValue: accept,
    // Inside a list a variable has this very type, so that a single element must pass for one.
    parseLiteral: (node, variables) => accept(tensorLiteral(node, variables)),
    serialize(value) {
      if (isTensor(value)) return tensorToValues(value);
      if (typeof value === 'string') return value;
      throw new GraphQLError(`${name}: expected a tensor to give out.`);
    },
  });
}

function isTensor(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && 'datatype' in value && 'shape' in value && 'data' in value;
}
