import {
  GraphQLError,
  isObjectType,
  Kind,
  OperationTypeNode,
  type ASTVisitor,
  type DocumentNode,
  type FieldNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import { errorTable, type GatewayError } from '../errors.ts';

/**
 * A validation rule that says why a model's field is not in the schema. A model that is loading, or failed, has no
 * types that could be generated, so that a document which is right would be told that it has unknown fields and types,
 * and its client not to try again.
 *
 * It has to come after `operationLimits`, and as that rule does it replaces what it refuses by an empty document: what
 * the other rules would say follows from the model's absence.
 * @param explain why there is no such field below `predict`; null where it is no model's.
 */
export function absentModels(explain: (field: string) => GatewayError | null) {
  return (context: ValidationContext): ASTVisitor => ({
    Document(document): DocumentNode | undefined {
      for (const node of absentFields(document, context)) {
        const reason = explain(node.name.value);
        if (reason === null) continue;
        const { httpStatus } = errorTable[reason.code];
        const extensions = { http: { status: httpStatus } };
        context.reportError(new GraphQLError(reason.message, { nodes: node, extensions, originalError: reason }));
        return { ...document, definitions: [] };
      }
      return undefined;
    },
  });
}

/** The fields below `predict` that the schema lacks. */
function* absentFields({ definitions }: DocumentNode, context: ValidationContext): Generator<FieldNode> {
  const type = context.getSchema().getType('Predictions');
  const known = isObjectType(type) ? type.getFields() : {};
  for (const node of definitions) {
    if (node.kind !== Kind.OPERATION_DEFINITION || node.operation !== OperationTypeNode.QUERY) continue;
    for (const { name, selectionSet } of fieldsOf(node.selectionSet, context)) {
      if (name.value !== 'predict' || selectionSet === undefined) continue;
      for (const field of fieldsOf(selectionSet, context)) {
        if (!Object.hasOwn(known, field.name.value)) yield field;
      }
    }
  }
}

/** The fields of one level, those of fragments among them; each fragment once. */
function* fieldsOf(
  { selections }: SelectionSetNode,
  context: ValidationContext,
  visited: Set<string> = new Set(),
): Generator<FieldNode> {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      yield selection;
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      yield* fieldsOf(selection.selectionSet, context, visited);
    } else if (!visited.has(selection.name.value)) {
      visited.add(selection.name.value);
      const fragment = context.getFragment(selection.name.value);
      if (fragment != null) yield* fieldsOf(fragment.selectionSet, context, visited);
    }
  }
}
