import { GraphQLError, Kind, type ValueNode } from 'graphql';
import { maxRank } from '../tensors/shape.ts';

/** The values of an operation's variables, after GraphQL has coerced them. */
type Variables = Readonly<Record<string, unknown>> | null | undefined;

/**
 * The JSON value that a literal in a document stands for: nested lists of numbers, strings and booleans. Integers
 * beyond ±(2^53 - 1) become bigints. Variables may stand inside lists; GraphQL wants them declared with the scalar's
 * own type. While a document is validated their values are not known yet, and null stands for them.
 * @throws GraphQLError for objects, enum values and lists that are nested too deeply.
 */
export function tensorLiteral(node: ValueNode, variables: Variables): unknown {
  return literal(node, variables, new Set(), 0);
}

function literal(node: ValueNode, variables: Variables, lists: Set<unknown>, depth: number): unknown {
  switch (node.kind) {
    case Kind.INT: {
      const number = Number(node.value);
      return Number.isSafeInteger(number) ? number : BigInt(node.value);
    }
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.STRING:
    case Kind.BOOLEAN:
      return node.value;
    case Kind.NULL:
      return null;
    case Kind.VARIABLE:
      return variableOnce(node.name.value, variables, lists, node);
    case Kind.LIST:
      if (depth >= maxRank) throw new GraphQLError(`Lists may be nested ${maxRank} deep at most.`, { nodes: node });
      return node.values.map((item) => literal(item, variables, lists, depth + 1));
    case Kind.ENUM: {
      const hint = /^(NaN|Infinity)$/.test(node.value) ? `; write it as the string "${node.value}"` : '';
      throw new GraphQLError(`A tensor has no element ${node.value}${hint}.`, { nodes: node });
    }
    case Kind.OBJECT:
      throw new GraphQLError('A tensor has no elements that are objects.', { nodes: node });
  }
}

/** A variable's list that stood in a literal many times would make a short request into an endless tensor. */
function variableOnce(name: string, variables: Variables, lists: Set<unknown>, node: ValueNode): unknown {
  const value = variables != null && Object.hasOwn(variables, name) ? variables[name] : null;
  if (!Array.isArray(value)) return value;
  if (lists.has(value)) {
    throw new GraphQLError(`The list $${name} stands in this literal twice; give the whole tensor as one variable.`, {
      nodes: node,
    });
  }
  lists.add(value);
  return value;
}
