import { Kind, type OperationDefinitionNode, type ValueNode } from 'graphql';

/** The variables of a request as they were sent: nobody has checked them yet. */
export type SentVariables = Readonly<Record<string, unknown>> | undefined;

/** Gives what an argument holds in a request. Lists and objects of variables are those very objects. */
export type ArgumentReader = (variables: SentVariables) => unknown;

/**
 * Prepares to read a value of a document as JSON would give it, request by request. GraphQL's own way to values checks
 * and copies all of them, which execution does once more; here only lengths are looked at.
 */
export function argumentReader(node: ValueNode, operation: OperationDefinitionNode): ArgumentReader {
  switch (node.kind) {
    case Kind.VARIABLE:
      return variableReader(node.name.value, operation);
    case Kind.LIST: {
      const items = node.values.map((item) => argumentReader(item, operation));
      return constantOr(node, (variables) => items.map((read) => read(variables)));
    }
    case Kind.OBJECT: {
      const fields = node.fields.map(({ name, value }) => [name.value, argumentReader(value, operation)] as const);
      return constantOr(node, (variables) => Object.fromEntries(fields.map(([name, read]) => [name, read(variables)])));
    }
    case Kind.INT:
    case Kind.FLOAT: {
      const number = Number(node.value);
      return () => number;
    }
    case Kind.NULL:
      return () => null;
    default:
      return () => node.value;
  }
}

function variableReader(name: string, { variableDefinitions = [] }: OperationDefinitionNode): ArgumentReader {
  const definition = variableDefinitions.find(({ variable }) => variable.name.value === name);
  const byDefault = definition?.defaultValue;
  // A default holds no variables, so that the operation is not asked any further.
  const fallback = byDefault === undefined ? undefined : constantOf(byDefault);
  return (variables) => {
    const value = variables !== undefined && Object.hasOwn(variables, name) ? variables[name] : undefined;
    return value === undefined ? fallback : value;
  };
}

/** A literal without variables is the same in every request. */
function constantOr(node: ValueNode, read: ArgumentReader): ArgumentReader {
  if (hasVariables(node)) return read;
  const value = read(undefined);
  return () => value;
}

function hasVariables(node: ValueNode): boolean {
  if (node.kind === Kind.LIST) return node.values.some(hasVariables);
  if (node.kind === Kind.OBJECT) return node.fields.some(({ value }) => hasVariables(value));
  return node.kind === Kind.VARIABLE;
}

const noOperation = { variableDefinitions: [] } as unknown as OperationDefinitionNode;

function constantOf(node: ValueNode): unknown {
  return argumentReader(node, noOperation)(undefined);
}
