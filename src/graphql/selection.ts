import { Kind, type FieldNode, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql';

type Fragments = GraphQLResolveInfo['fragments'];

/**
 * Reads which fields of a field's result an operation selects. Fields under `@skip` and `@include` count as selected:
 * that computes at most an output too many, and lets the answer be kept for the document.
 */
export class SelectionReader {
  // Apollo keeps parsed documents, so a field's node is the same object in every request with the same document.
  readonly #known = new WeakMap<FieldNode, ReadonlySet<string>>();

  /** Names of the selected fields, fragments included, without `__typename`. */
  selectedFields(info: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>): ReadonlySet<string> {
    const [first, ...others] = info.fieldNodes;
    if (first === undefined) return new Set();
    if (others.length === 0) return this.#ofNode(first, info.fragments);
    return new Set(info.fieldNodes.flatMap((node) => [...this.#ofNode(node, info.fragments)]));
  }

  #ofNode(node: FieldNode, fragments: Fragments): ReadonlySet<string> {
    let fields = this.#known.get(node);
    if (fields === undefined) {
      const found = new Set<string>();
      collect(node.selectionSet, fragments, found, new Set());
      fields = found;
      this.#known.set(node, fields);
    }
    return fields;
  }
}

function collect(
  selections: SelectionSetNode | undefined,
  fragments: Fragments,
  found: Set<string>,
  visited: Set<string>,
): void {
  for (const selection of selections?.selections ?? []) {
    if (selection.kind === Kind.FIELD) {
      if (selection.name.value !== '__typename') found.add(selection.name.value);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      collect(selection.selectionSet, fragments, found, visited);
    } else if (!visited.has(selection.name.value)) {
      visited.add(selection.name.value);
      collect(fragments[selection.name.value]?.selectionSet, fragments, found, visited);
    }
  }
}
