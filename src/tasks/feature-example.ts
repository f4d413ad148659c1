import { GraphQLError, type GraphQLScalarType } from 'graphql';
import { describeValue, GatewayError, ModelLoadError } from '../errors.ts';
import type { ManifestFeature } from '../repository/manifest.ts';

type Example = ManifestFeature['example'];

/** The example as a sentence: `Example: 5.1.`, `Example: "female".`. The playground reads it at the end of a description. */
export function exampleSentence(example: NonNullable<Example>): string {
  return `Example: ${JSON.stringify(example)}.`;
}

/**
 * Refuses an example that a client could not send.
 * @param type of the feature's field.
 * @param expected what its values must be, in words.
 * @param read what becomes of a value that the type has coerced.
 * @throws ModelLoadError
 */
export function requireExample(
  { name, example }: Pick<ManifestFeature, 'name' | 'example'>,
  type: GraphQLScalarType,
  expected: string,
  read: (value: unknown) => unknown,
): void {
  if (example === undefined) return;
  try {
    read(type.parseValue(example));
  } catch (error) {
    if (!(error instanceof GatewayError) && !(error instanceof GraphQLError)) throw error;
    // The words of GraphQL name a type where people think of a range or of categories.
    throw new ModelLoadError(
      `The example of the feature "${name}" is ${describeValue(example)}, and the feature takes ${expected}.`,
      { cause: error },
    );
  }
}
