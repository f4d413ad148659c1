import { Kind, type FieldNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';

/** How much a selection asks for, with fragments expanded. */
export interface Extent {
  /** Fields and inline fragments on the longest way down. */
  readonly depth: number;
  readonly fields: number;
}

/** How often a field, by the name it has in the response, is selected in one place of the response. */
export interface Repetition {
  readonly name: string;
  readonly times: number;
}

/** Why a selection cannot be measured. */
export interface Unmeasurable {
  readonly problem: 'too deep' | 'unknown fragment' | 'cycle';
  /** The fragment's name, where it is about one. */
  readonly name: string;
}

const nothing: Extent = { depth: 0, fields: 0 };

/** Measures the selections of one document. */
export class SelectionMeasure {
  readonly #getFragment: (name: string) => FragmentDefinitionNode | null | undefined;
  readonly #maxDepth: number;
  readonly #measured = new Map<string, Extent | 'measuring'>();
  #unmeasurable: Unmeasurable | null = null;

  /** @param maxDepth where measuring stops, since deeper ways would use up the stack. */
  constructor(getFragment: (name: string) => FragmentDefinitionNode | null | undefined, maxDepth: number) {
    this.#getFragment = getFragment;
    this.#maxDepth = maxDepth;
  }

  /** The first thing that was met and cannot be measured; what was measured besides is then too little. */
  get unmeasurable(): Unmeasurable | null {
    return this.#unmeasurable;
  }

  /**
   * Depth and fields of a selection. Fragments are measured once each and their extents added up, so that fragments
   * that spread fragments cost nothing here however much they would expand to.
   */
  extentOf(set: SelectionSetNode | undefined): Extent {
    return set === undefined ? nothing : this.#extentOf(set, this.#maxDepth);
  }

  /** The field that is selected most often in one place. Only for selections that can be measured, and are not too large. */
  mostRepeated(...sets: readonly SelectionSetNode[]): Repetition {
    const groups = new Map<string, FieldNode[]>();
    const visited = new Set<string>();
    for (const set of sets) this.#group(set, groups, visited);
    let most: Repetition = { name: '', times: 0 };
    for (const [name, nodes] of groups) {
      if (nodes.length > most.times) most = { name, times: nodes.length };
      const below = nodes.map(({ selectionSet }) => selectionSet).filter((set) => set !== undefined);
      const inner = below.length === 0 ? most : this.mostRepeated(...below);
      if (inner.times > most.times) most = inner;
    }
    return most;
  }

  #extentOf({ selections }: SelectionSetNode, room: number): Extent {
    if (room === 0) return this.#stop('too deep', '');
    let depth = 0;
    let fields = 0;
    for (const selection of selections) {
      let inner: Extent;
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        inner = this.#extentOfFragment(selection.name.value);
      } else {
        const below = selection.selectionSet === undefined ? nothing : this.#extentOf(selection.selectionSet, room - 1);
        inner = { depth: below.depth + 1, fields: below.fields + (selection.kind === Kind.FIELD ? 1 : 0) };
      }
      depth = Math.max(depth, inner.depth);
      fields += inner.fields;
    }
    return { depth, fields };
  }

  #extentOfFragment(name: string): Extent {
    const known = this.#measured.get(name);
    if (known === 'measuring') return this.#stop('cycle', name);
    if (known !== undefined) return known;
    const fragment = this.#getFragment(name);
    if (fragment === undefined || fragment === null) return this.#stop('unknown fragment', name);
    this.#measured.set(name, 'measuring');
    const extent = this.extentOf(fragment.selectionSet);
    this.#measured.set(name, extent);
    return extent;
  }

  #stop(problem: Unmeasurable['problem'], name: string): Extent {
    this.#unmeasurable ??= { problem, name };
    return nothing;
  }

  /** Puts the fields of a place together by the names they have in the response; a fragment counts once there. */
  #group({ selections }: SelectionSetNode, groups: Map<string, FieldNode[]>, visited: Set<string>): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        const group = groups.get(name);
        if (group === undefined) groups.set(name, [selection]);
        else group.push(selection);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        this.#group(selection.selectionSet, groups, visited);
      } else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        const fragment = this.#getFragment(selection.name.value);
        if (fragment !== undefined && fragment !== null) this.#group(fragment.selectionSet, groups, visited);
      }
    }
  }
}
