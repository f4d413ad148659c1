import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from 'graphql';

// What the descriptions of features say, as `src/tasks/feature-words.ts` writes them: "Sepal length in cm, 0 to 30.",
// "Age in years, at least 0.", "Deck, one of \"A\", \"B\"."; and, by `src/tasks/feature-example.ts`, at their end:
// "Example: 5.1.", "Example: \"female\"."
const examplePattern = /Example: ("(?:[^"\\]|\\.)*"|-?\d[\d.e+-]*|true|false)\.$/;
const rangePattern = /(-?\d[\d.e+-]*) to (-?\d[\d.e+-]*)/;
const limitPattern = /at (?:least|most) (-?\d[\d.e+-]*)/;
const categoryPattern = /one of ("(?:[^"\\]|\\.)*")/;

/** How many significant digits an example number has: the middle of 0 and 0.3 is 0.15, not 0.15000000000000002. */
const significantDigits = 6;

/**
 * Makes up a JSON value that a type accepts.
 * @param description What the schema says of the field or argument; an example in it is taken, and a range,
 * limit or list of categories respected.
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
  const example = exampleIn(description);
  switch (type.name) {
    case 'Float':
      return typeof example === 'number' ? example : (numberIn(description) ?? 1.5);
    case 'Int':
    case 'Int64':
      // Integers beyond 2^53 are text.
      if (typeof example === 'number' || (typeof example === 'string' && type.name === 'Int64')) return example;
      return Math.round(numberIn(description) ?? 1);
    case 'Boolean':
      return typeof example === 'boolean' ? example : true;
    case 'ID':
    case 'String':
      return typeof example === 'string' ? example : (categoryIn(description) ?? 'A short example text.');
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

function exampleIn(description: string): unknown {
  const [, example] = examplePattern.exec(description) ?? [];
  try {
    return example === undefined ? undefined : JSON.parse(example);
  } catch {
    // Whoever wrote the manifest may have written something like it: "Example: 1.2.3."
    return undefined;
  }
}

/** The middle of the range, or the one limit. */
function numberIn(description: string): number | undefined {
  const [, least, greatest] = rangePattern.exec(description) ?? [];
  if (least !== undefined && greatest !== undefined) {
    return rounded((Number.parseFloat(least) + Number.parseFloat(greatest)) / 2);
  }
  const [, limit] = limitPattern.exec(description) ?? [];
  return limit === undefined ? undefined : Number.parseFloat(limit);
}

function rounded(value: number): number {
  return Number(value.toPrecision(significantDigits));
}

function categoryIn(description: string): string | undefined {
  const [, category] = categoryPattern.exec(description) ?? [];
  return category === undefined ? undefined : String(JSON.parse(category));
}
