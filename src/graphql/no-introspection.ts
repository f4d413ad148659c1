import { GraphQLError, type ASTVisitor, type ValidationContext } from 'graphql';

/** A validation rule that refuses to tell the schema. `__typename` is allowed, since clients add it to everything. */
export function noIntrospection(context: ValidationContext): ASTVisitor {
  return {
    Field(node) {
      const name = node.name.value;
      if (name !== '__schema' && name !== '__type') return;
      const message = `Introspection is turned off on this server, so that there is no "${name}"; ask whoever runs it for the schema.`;
      context.reportError(
        new GraphQLError(message, { nodes: node, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }),
      );
    },
  };
}
