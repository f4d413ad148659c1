import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from 'graphql';

/** A range as the descriptions of features give it: "Sepal length in cm, 0 to 30." */
const rangePattern = /(-?\d+(?:\.\d+)?) to (-?\d+(?:\.\d+)?)/;

/** How many significant digits an example number has: the middle of 0 and 0.3 is 0.15, not 0.15000000000000002. */
const significantDigits = 6;

/**
 * Makes up a JSON value that a type accepts.
 * @param description What the schema says of the field or argument; a range in it is respected.
 * @param ancestors The input types that the value lies in. None of them is made again inside itself.
 * @returns undefined where no sensible value follows from the type: base64 of what picture, a tensor of what shape?
 */
export function exampleValue(
  type: GraphQLInputType,
  description: string,
  ancestors: readonly GraphQLInputObjectType[] = [],
): unknown {
  if (isNonNullType(type)) return exampleValue(type.ofType, description, ancestors);
  if (isListType(type)) {
    const item = exampleValue(type.ofType, description, ancestors);
    return item === undefined ? undefined : [item];
  }
  if (isInputObjectType(type)) return ancestors.includes(type) ? undefined : exampleObject(type, [...ancestors, type]);
  if (isEnumType(type)) return type.getValues()[0]?.name;
  switch (type.name) {
    case 'Float':
      return middleOf(description) ?? 1.5;
    case 'Int':
    case 'Int64':
      return Math.round(middleOf(description) ?? 1);
    case 'Boolean':
      return true;
    case 'ID':
    case 'String':
      return 'A short example text.';
    default:
      return undefined;
  }
}

/** Fields with a default are left out, so that the example shows what must be given. */
function exampleObject(
  type: GraphQLInputObjectType,
  ancestors: readonly GraphQLInputObjectType[],
): Record<string, unknown> | undefined {
  const example: Record<string, unknown> = {};
  for (const field of Object.values(type.getFields())) {
    if (field.defaultValue !== undefined) continue;
    const value = exampleValue(field.type, field.description ?? '', ancestors);
    if (value !== undefined) example[field.name] = value;
    else if (isRequiredInputField(field)) return undefined;
    // A `@oneOf` type takes exactly one of its fields.
    if (type.isOneOf && value !== undefined) return example;
  }
  return type.isOneOf ? undefined : example;
}

function middleOf(description: string): number | undefined {
  const [, least, greatest] = rangePattern.exec(description) ?? [];
  if (least === undefined || greatest === undefined) return undefined;
  return Number(((Number(least) + Number(greatest)) / 2).toPrecision(significantDigits));
}
