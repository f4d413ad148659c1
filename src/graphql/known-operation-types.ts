import { GraphQLError, type ASTVisitor, type ValidationContext } from 'graphql';

/**
 * A validation rule that refuses operations of a type that the schema lacks. The specification has such a rule since
 * 2025; graphql-js 16 only notices while it executes, when it is too late for an HTTP status.
 */
export function knownOperationTypes(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(node) {
      if (context.getSchema().getRootType(node.operation) != null) return;
      const message = `This server has no ${node.operation}s; predictions are queries.`;
      context.reportError(new GraphQLError(message, { nodes: node }));
    },
  };
}
