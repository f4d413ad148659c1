import {
  getNamedType,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  isCompositeType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
  parse,
  print,
} from 'graphql';
import { exampleValue } from './example-value.ts';

/** An operation that can be sent as it is. */
export interface ExampleOperation {
  /** The document, printed as `graphql` prints it. */
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** How deep composite fields are followed below the prediction: `prediction { scores { label } }` is 2. */
const selectionDepth = 2;

/**
 * Makes a prediction that can be run from the types of the live schema alone: the first field below `predict` whose
 * required arguments can be made up, with every leaf field of its result.
 * @returns null when nothing is served, or no prediction can be made up (an image, a tensor of unknown shape).
 */
export function exampleOperation(schema: GraphQLSchema): ExampleOperation | null {
  const predictions = schema.getQueryType()?.getFields()['predict']?.type;
  const type = predictions && getNamedType(predictions);
  if (!isObjectType(type)) return null;
  for (const field of Object.values(type.getFields())) {
    const variables = exampleVariables(field);
    if (variables) return { query: printPrediction(field, variables), variables };
  }
  return null;
}

/** A value for each required argument; null when one of them cannot be made up. */
function exampleVariables(field: GraphQLField<unknown, unknown>): Record<string, unknown> | null {
  const variables: Record<string, unknown> = {};
  for (const argument of field.args) {
    if (!isRequiredArgument(argument)) continue;
    const value = exampleValue(argument.type, argument.description ?? '');
    if (value === undefined) return null;
    variables[argument.name] = value;
  }
  return variables;
}

function printPrediction(field: GraphQLField<unknown, unknown>, variables: Readonly<Record<string, unknown>>): string {
  const given = field.args.filter((argument) => argument.name in variables);
  const definitions = given.map((argument) => `$${argument.name}: ${String(argument.type)}`).join(', ');
  const values = given.map((argument) => `${argument.name}: $${argument.name}`).join(', ');
  const selection = selectionOf(field.type, selectionDepth);
  const head = definitions ? `query Predict(${definitions})` : 'query Predict';
  const call = values ? `${field.name}(${values})` : field.name;
  return print(parse(`${head} { predict { ${call} ${selection} } }`));
}

/** Every leaf field that needs no argument, and composite fields as deep as told; empty for a leaf. */
function selectionOf(type: GraphQLOutputType, depth: number): string {
  const named = getNamedType(type);
  if (!isCompositeType(named)) return '';
  if (isUnionType(named)) return '{ __typename }';
  const fields = Object.values(named.getFields())
    .filter((field) => !field.args.some(isRequiredArgument))
    .filter((field) => depth > 1 || !isCompositeType(getNamedType(field.type)))
    .map((field) => `${field.name} ${selectionOf(field.type, depth - 1)}`);
  return fields.length > 0 ? `{ ${fields.join(' ')} }` : '{ __typename }';
}
