import {
  getArgumentValues,
  getNullableType,
  isLeafType,
  isNonNullType,
  Kind,
  valueFromAST,
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
  type ValueNode,
} from 'graphql';

/** What a resolver is given as arguments. @throws GraphQLError where a variable leaves a required argument without a value. */
export type ArgumentsReader = (variables: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** Gives the value of one argument; undefined where graphql-js has to see to it. */
type ArgumentReader = (variables: Readonly<Record<string, unknown>>) => unknown;

/**
 * Prepares to read the arguments of a field. Those that are variables, which were checked before, or simple constants are
 * read at once; for anything else graphql-js reads all arguments of the field.
 * @returns null for a field that takes none.
 */
export function argumentsReader(field: GraphQLField<unknown, unknown>, node: FieldNode): ArgumentsReader | null {
  if (field.args.length === 0) return null;
  const byGraphQL: ArgumentsReader = (variables) => getArgumentValues(field, node, variables);
  const given = new Map(node.arguments?.map(({ name, value }) => [name.value, value]));
  const readers: { readonly name: string; readonly read: ArgumentReader }[] = [];
  for (const argument of field.args) {
    const value = given.get(argument.name);
    const read = value === undefined ? defaultReader(argument) : argumentReader(argument, value);
    if (read === 'none') continue;
    if (read === null) return byGraphQL;
    readers.push({ name: argument.name, read });
  }
  return (variables) => {
    const values: Record<string, unknown> = {};
    for (const { name, read } of readers) {
      const value = read(variables);
      if (value === undefined) return byGraphQL(variables);
      values[name] = value;
    }
    return values;
  };
}

function defaultReader({ type, defaultValue }: GraphQLArgument): ArgumentReader | 'none' | null {
  if (defaultValue !== undefined) return () => defaultValue;
  return isNonNullType(type) ? null : 'none';
}

function argumentReader({ type }: GraphQLArgument, value: ValueNode): ArgumentReader | null {
  if (value.kind === Kind.VARIABLE) {
    const name = value.name.value;
    // Null may not be meant for this argument, although it is for the variable.
    return (variables) => (Object.hasOwn(variables, name) ? (variables[name] ?? undefined) : undefined);
  }
  if (!isLeafType(getNullableType(type)) || !constantKinds.has(value.kind)) return null;
  const constant: unknown = valueFromAST(value, type);
  return constant === undefined || constant === null ? null : () => constant;
}

/** Without parts, so that nobody can change them. */
const constantKinds: ReadonlySet<ValueNode['kind']> = new Set([
  Kind.INT,
  Kind.FLOAT,
  Kind.STRING,
  Kind.BOOLEAN,
  Kind.ENUM,
]);
