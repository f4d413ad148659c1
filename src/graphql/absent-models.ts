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
import { errorTable } from '../errors.ts';
import type { AbsentField } from './find-served.ts';

/** Names of fields, each once. */
export type FieldNames = Pick<ReadonlySet<string>, 'has' | 'keys'>;

/** Finds, among the fields below `predict` that the schema lacks, one that is a model's; null where none is. */
export type ExplainAbsentField = (fields: FieldNames) => AbsentField | null;

/**
 * A validation rule that says why a model's field is not in the schema. A model that is loading, failed or went has no
 * types that could be generated, so that a document which is right, or was a moment ago, would be told that it has unknown
 * fields and types.
 *
 * It has to come after `operationLimits`, and as that rule does it replaces what it refuses by an empty document: what
 * the other rules would say follows from the model's absence.
 */
export function absentModels(explain: ExplainAbsentField) {
  return (context: ValidationContext): ASTVisitor => ({
    Document(document): DocumentNode | undefined {
      const absent = new Map<string, FieldNode>();
      for (const node of absentFields(document, context)) {
        if (!absent.has(node.name.value)) absent.set(node.name.value, node);
      }
      // Asked once for all of them: thousands of fields times hundreds of models would take seconds.
      const explained = absent.size === 0 ? null : explain(absent);
      if (explained === null) return undefined;
      const { field, reason } = explained;
      const extensions = { http: { status: errorTable[reason.code].httpStatus } };
      const nodes = absent.get(field) ?? null;
      context.reportError(new GraphQLError(reason.message, { nodes, extensions, originalError: reason }));
      return { ...document, definitions: [] };
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
