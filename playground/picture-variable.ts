import {
  getNamedType,
  type GraphQLSchema,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  parse,
  typeFromAST,
} from 'graphql';

/** Where a picture goes in the variables of an operation. */
export interface PictureVariable {
  readonly variable: string;
  /** Whether the variable holds a list of inputs, each with a picture. */
  readonly isList: boolean;
  /** The field of the input. */
  readonly field: string;
}

/**
 * Finds the variable that takes a picture: an input, or a list of inputs, with a field of base64. (The base64 of a tensor
 * lies deeper, in the inputs of `infer`.)
 * @param schema null where it is not known.
 * @returns null where the operation takes none, or cannot be read
 */
export function findPictureVariable(query: string, schema: GraphQLSchema | null): PictureVariable | null {
  if (schema === null) return null;
  for (const { variable, type } of variablesOf(query)) {
    const given = typeFromAST(schema, type as Parameters<typeof typeFromAST>[1] & { kind: Kind.NAMED_TYPE });
    if (given === undefined) continue;
    const named = getNamedType(given);
    if (!isInputObjectType(named)) continue;
    const field = Object.values(named.getFields()).find((each) => getNamedType(each.type).name === 'Base64');
    const isList = isListType(isNonNullType(given) ? given.ofType : given);
    if (field !== undefined) return { variable: variable.name.value, isList, field: field.name };
  }
  return null;
}

function variablesOf(query: string) {
  try {
    return parse(query).definitions.flatMap((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION ? (definition.variableDefinitions ?? []) : [],
    );
  } catch {
    return [];
  }
}

/**
 * The variables with a picture in its place; in a list, as one more input. What else there is stays.
 * @param variables JSON text, which may be empty.
 * @throws SyntaxError when it is no JSON.
 */
export function withPicture(variables: string, place: PictureVariable, base64: string): string {
  const { variable, isList, field } = place;
  const given = objectOf(variables.trim() === '' ? {} : JSON.parse(variables));
  const present = given[variable];
  const picture = { [field]: base64 };
  const value = isList ? [...listOf(present), picture] : { ...objectOf(present), ...picture };
  return JSON.stringify({ ...given, [variable]: value }, null, 2);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
