import {
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { SelectionMeasure } from '../selection-measure.ts';
import { argumentReader, type ArgumentReader, type SentVariables } from './argument-reader.ts';

/** A field of an operation that asks for predictions. */
export interface PlannedPrediction {
  /** `infer`, or a field of `Predictions`. */
  readonly field: string;
  readonly isRaw: boolean;
  /** Fields below it, fragments expanded. */
  readonly fieldsBelow: number;
  /** Whether a request selects it: `@skip` and `@include` may depend on variables. */
  readonly isSelected: (variables: SentVariables) => boolean;
  /** By name. */
  readonly arguments: ReadonlyMap<string, ArgumentReader>;
}

/** What of an operation's cost is the same in every request. */
export interface OperationPlan {
  /** Fields that are in no prediction. */
  readonly fields: number;
  readonly predictions: readonly PlannedPrediction[];
}

type Condition = (variables: SentVariables) => boolean;

/** A field where it stands, with the conditions of everything around it. */
interface Occurrence {
  readonly node: FieldNode;
  readonly conditions: readonly Condition[];
}

/** Reads what a valid operation asks of models. */
export function planOperation(document: DocumentNode, operation: OperationDefinitionNode): OperationPlan {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  // Documents that are nested too deeply were refused.
  const measure = new SelectionMeasure((name) => fragments.get(name), Number.POSITIVE_INFINITY);
  const allFields = measure.extentOf(operation.selectionSet).fields;
  // Mutations predict nothing.
  if (operation.operation !== OperationTypeNode.QUERY) return { fields: allFields, predictions: [] };

  const plan = (occurrences: readonly Occurrence[], isRaw: boolean): PlannedPrediction | null => {
    const [first] = occurrences;
    if (first === undefined) return null;
    const { node } = first;
    const fieldsBelow = sum(occurrences, (each) => measure.extentOf(each.node.selectionSet).fields);
    const given = (node.arguments ?? []).map(
      ({ name, value }) => [name.value, argumentReader(value, operation)] as const,
    );
    return {
      field: node.name.value,
      isRaw,
      fieldsBelow,
      isSelected: (variables) =>
        occurrences.some(({ conditions }) => conditions.every((condition) => condition(variables))),
      arguments: new Map(given),
    };
  };
  const collect = (from: readonly Occurrence[]) => collectFields(from, fragments, operation);
  const predictions: (PlannedPrediction | null)[] = [];
  const top = { node: { selectionSet: operation.selectionSet } as FieldNode, conditions: [] };
  for (const occurrences of collect([top]).values()) {
    const name = occurrences[0]?.node.name.value;
    if (name === 'infer') predictions.push(plan(occurrences, true));
    else if (name === 'predict') for (const each of collect(occurrences).values()) predictions.push(plan(each, false));
  }
  const planned = predictions.filter((prediction) => prediction !== null);
  return { fields: allFields - sum(planned, ({ fieldsBelow }) => fieldsBelow), predictions: planned };
}

/** The fields below others, by their names in the response: those of one name are one field, wherever they stand. */
function collectFields(
  parents: readonly Occurrence[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  operation: OperationDefinitionNode,
): ReadonlyMap<string, readonly Occurrence[]> {
  const found = new Map<string, Occurrence[]>();
  const visit = (set: SelectionSetNode | undefined, around: readonly Condition[]): void => {
    for (const selection of set?.selections ?? []) {
      const conditions = [...around, ...conditionsOf(selection, operation)];
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        const occurrences = found.get(name);
        if (occurrences === undefined) found.set(name, [{ node: selection, conditions }]);
        else occurrences.push({ node: selection, conditions });
      } else if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet, conditions);
      else visit(fragments.get(selection.name.value)?.selectionSet, conditions);
    }
  };
  for (const { node, conditions } of parents) visit(node.selectionSet, conditions);
  return found;
}

function conditionsOf({ directives = [] }: SelectionNode, operation: OperationDefinitionNode): readonly Condition[] {
  return directives.flatMap(({ name, arguments: given = [] }) => {
    const value = given.find((argument) => argument.name.value === 'if')?.value;
    if (value === undefined || (name.value !== 'skip' && name.value !== 'include')) return [];
    const read = argumentReader(value, operation);
    // Whatever is no boolean is refused later; until then the field counts.
    const unselected = name.value === 'skip';
    return [(variables: SentVariables) => read(variables) !== unselected];
  });
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
