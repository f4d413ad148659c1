import { GraphQLScalarType, type GraphQLScalarTypeConfig } from 'graphql';

/**
 * Makes a scalar whose description is that of the SDL. Own properties of a scalar win over the SDL when the two are
 * joined, and an own `description` that is undefined would leave the scalar without one.
 */
export function defineScalar<Internal, External>(
  config: GraphQLScalarTypeConfig<Internal, External>,
): GraphQLScalarType<Internal, External> {
  const scalar = new GraphQLScalarType(config);
  Reflect.deleteProperty(scalar, 'description');
  return scalar;
}
