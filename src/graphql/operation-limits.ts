import {
  GraphQLError,
  Kind,
  type ASTVisitor,
  type FragmentDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import type { RequestLimits } from '../config/options.ts';

/** How much a selection asks for, with fragments expanded. */
interface Extent {
  readonly depth: number;
  readonly fields: number;
}

/**
 * A validation rule that refuses operations that are nested too deeply or select too many fields. It runs once for
 * each document, since Apollo keeps validated documents. Fragments are measured once each and their extents added up,
 * so that fragments that spread fragments cost nothing here however much they would expand to.
 */
export function operationLimits(limits: Pick<RequestLimits, 'maxDepth' | 'maxFields'>) {
  return (context: ValidationContext): ASTVisitor => {
    const measured = new Map<string, Extent | 'measuring'>();

    const ofFragment = (name: string): Extent => {
      const known = measured.get(name);
      // A fragment that spreads itself is refused by graphql-js's own rule; here it only must not run for ever.
      if (known === 'measuring') return { depth: 0, fields: 0 };
      if (known !== undefined) return known;
      measured.set(name, 'measuring');
      const fragment: FragmentDefinitionNode | null | undefined = context.getFragment(name);
      const extent =
        fragment === null || fragment === undefined ? { depth: 0, fields: 0 } : ofSelections(fragment.selectionSet);
      measured.set(name, extent);
      return extent;
    };

    const ofSelections = (set: SelectionSetNode): Extent => {
      let depth = 0;
      let fields = 0;
      for (const selection of set.selections) {
        let inner: Extent;
        if (selection.kind === Kind.FIELD) {
          const below =
            selection.selectionSet === undefined ? { depth: 0, fields: 0 } : ofSelections(selection.selectionSet);
          inner = { depth: below.depth + 1, fields: below.fields + 1 };
        } else if (selection.kind === Kind.INLINE_FRAGMENT) {
          inner = ofSelections(selection.selectionSet);
        } else {
          inner = ofFragment(selection.name.value);
        }
        depth = Math.max(depth, inner.depth);
        fields += inner.fields;
      }
      return { depth, fields };
    };

    const refuse = (message: string, node: SelectionSetNode): void => {
      context.reportError(new GraphQLError(message, { nodes: node, extensions: { code: 'QUERY_TOO_COMPLEX' } }));
    };

    return {
      OperationDefinition(node) {
        const { depth, fields } = ofSelections(node.selectionSet);
        if (depth > limits.maxDepth) {
          refuse(`The operation is nested ${depth} levels deep; the limit is ${limits.maxDepth}.`, node.selectionSet);
        }
        if (fields > limits.maxFields) {
          const message = `The operation selects ${fields} fields, fragments expanded; the limit is ${limits.maxFields}.`;
          refuse(message, node.selectionSet);
        }
      },
    };
  };
}
