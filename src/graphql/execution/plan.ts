import {
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  OperationTypeNode,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  validateSchema,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type NamedTypeNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { OperationContext } from '../context.ts';
import { argumentsReader, type ArgumentsReader } from './field-arguments.ts';
import { plainValuesOf, type IsPlain } from './plain-values.ts';
import { variablesReader, type VariablesReader } from './variables.ts';

/** Everything about executing an operation that is the same in every request. */
export interface ExecutionPlan {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly readVariables: VariablesReader;
  readonly root: ObjectPlan;
}

/** The fields that are selected of an object, in the order of the response. */
export interface ObjectPlan {
  readonly type: GraphQLObjectType<unknown, OperationContext>;
  readonly fields: readonly FieldPlan[];
  /** Whether nothing else of the operation can be under way at the same time: it is the only way down to here. */
  readonly isAlone: boolean;
}

/** A field of the response, however often it is selected. */
export interface FieldPlan {
  /** Its name in the response. */
  readonly key: string;
  readonly name: string;
  readonly nodes: readonly FieldNode[];
  readonly parentType: GraphQLObjectType<unknown, OperationContext>;
  readonly returnType: GraphQLOutputType;
  readonly value: ValuePlan;
  /** Null where it takes none. */
  readonly readArguments: ArgumentsReader | null;
  /** Null where the value is the property of its name. */
  readonly resolve: GraphQLFieldResolver<unknown, OperationContext> | null;
  /** What `__typename` is here; null for all other fields. */
  readonly typeName: string | null;
}

/** How a value becomes a part of the response. */
export type ValuePlan =
  | {
      readonly kind: 'leaf';
      readonly isNonNull: boolean;
      readonly type: GraphQLLeafType;
      readonly isPlain: IsPlain;
    }
  | { readonly kind: 'list'; readonly isNonNull: boolean; readonly item: ValuePlan }
  | { readonly kind: 'object'; readonly isNonNull: boolean; readonly object: ObjectPlan };

/**
 * Reads an operation for `executePlan`.
 * @returns null for what is left to graphql-js: mutations, introspection, interfaces and unions, directives, and a field
 * that is called `__proto__`.
 */
export function planExecution(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): ExecutionPlan | null {
  const type: GraphQLObjectType<unknown, OperationContext> | null | undefined = schema.getQueryType();
  if (operation.operation !== OperationTypeNode.QUERY || type == null || validateSchema(schema).length > 0) return null;
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null) as Record<
    string,
    FragmentDefinitionNode
  >;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  }
  const root = planObject(
    { schema, fragments, planned: new Map(), ids: new Map() },
    type,
    [operation.selectionSet],
    true,
  );
  if (root === null) return null;
  const readVariables = variablesReader(schema, operation.variableDefinitions ?? []);
  return { schema, operation, fragments, readVariables, root };
}

interface Surroundings extends Pick<ExecutionPlan, 'schema' | 'fragments'> {
  /**
   * Each field once, by the places that select it and its type, since a fragment may be spread in many places: a plan must
   * not be so much larger than its document that the bound on documents does not bound it.
   */
  readonly planned: Map<string, FieldPlan | null>;
  readonly ids: Map<FieldNode, number>;
}

function planObject(
  around: Surroundings,
  type: GraphQLObjectType<unknown, OperationContext>,
  selections: readonly SelectionSetNode[],
  isOnlyWay: boolean,
): ObjectPlan | null {
  const collected = new Map<string, FieldNode[]>();
  const visited = new Set<string>();
  if (!selections.every((set) => collectFields(around, type, set, collected, visited))) return null;
  const isAlone = isOnlyWay && collected.size === 1;
  const fields: FieldPlan[] = [];
  for (const [key, nodes] of collected) {
    const field = key === '__proto__' ? null : planFieldOnce(around, type, key, nodes, isAlone);
    if (field === null) return null;
    fields.push(field);
  }
  return { type, fields, isAlone };
}

/** As graphql-js collects them. @returns whether nothing is among them that is left to graphql-js. */
function collectFields(
  around: Surroundings,
  type: GraphQLObjectType<unknown, OperationContext>,
  { selections }: SelectionSetNode,
  collected: Map<string, FieldNode[]>,
  visited: Set<string>,
): boolean {
  for (const selection of selections) {
    if (selection.directives !== undefined && selection.directives.length > 0) return false;
    if (selection.kind === Kind.FIELD) {
      const key = (selection.alias ?? selection.name).value;
      const nodes = collected.get(key);
      if (nodes === undefined) collected.set(key, [selection]);
      else nodes.push(selection);
      continue;
    }
    let fragment: { readonly typeCondition?: NamedTypeNode | undefined; readonly selectionSet: SelectionSetNode };
    if (selection.kind === Kind.INLINE_FRAGMENT) fragment = selection;
    else {
      const name = selection.name.value;
      const named = around.fragments[name];
      if (named === undefined) return false;
      if (visited.has(name)) continue;
      visited.add(name);
      fragment = named;
    }
    if (!applies(around.schema, fragment.typeCondition, type)) continue;
    if (!collectFields(around, type, fragment.selectionSet, collected, visited)) return false;
  }
  return true;
}

function applies(
  schema: GraphQLSchema,
  condition: NamedTypeNode | undefined,
  type: GraphQLObjectType<unknown, OperationContext>,
): boolean {
  const meant = condition === undefined ? type : schema.getType(condition.name.value);
  return meant === type || (isAbstractType(meant) && schema.isSubType(meant, type));
}

function planFieldOnce(
  around: Surroundings,
  parentType: GraphQLObjectType<unknown, OperationContext>,
  key: string,
  nodes: readonly FieldNode[],
  isAlone: boolean,
): FieldPlan | null {
  const { planned, ids } = around;
  let place = `${parentType.name} ${String(isAlone)}`;
  for (const node of nodes) {
    const id = ids.get(node) ?? ids.size;
    ids.set(node, id);
    place += ` ${id}`;
  }
  let plan = planned.get(place);
  if (plan === undefined) planned.set(place, (plan = planField(around, parentType, key, nodes, isAlone)));
  return plan;
}

function planField(
  around: Surroundings,
  parentType: GraphQLObjectType<unknown, OperationContext>,
  key: string,
  nodes: readonly FieldNode[],
  isAlone: boolean,
): FieldPlan | null {
  const [node] = nodes;
  const name = node?.name.value;
  if (node === undefined || name === SchemaMetaFieldDef.name || name === TypeMetaFieldDef.name) return null;
  const isTypeName = name === TypeNameMetaFieldDef.name;
  const field: GraphQLField<unknown, OperationContext> | undefined = isTypeName
    ? TypeNameMetaFieldDef
    : parentType.getFields()[name ?? ''];
  if (field === undefined) return null;
  const value = planValue(around, field.type, nodes, isAlone);
  if (value === null) return null;
  return {
    key,
    name: field.name,
    nodes,
    parentType,
    returnType: field.type,
    value,
    readArguments: argumentsReader(field as GraphQLField<unknown, unknown>, node),
    resolve: field.resolve ?? null,
    typeName: isTypeName ? parentType.name : null,
  };
}

function planValue(
  around: Surroundings,
  type: GraphQLOutputType,
  nodes: readonly FieldNode[],
  isAlone: boolean,
): ValuePlan | null {
  const isNonNull = isNonNullType(type);
  const nullable = isNonNull ? type.ofType : type;
  if (isListType(nullable)) {
    const item = planValue(around, nullable.ofType, nodes, false);
    return item === null ? null : { kind: 'list', isNonNull, item };
  }
  if (isLeafType(nullable)) {
    return { kind: 'leaf', isNonNull, type: nullable, isPlain: plainValuesOf(nullable) };
  }
  // An interface has resolvers of its own, which say what an object is.
  if (!isObjectType(nullable) || nullable.isTypeOf != null) return null;
  const selections = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  const object = planObject(around, nullable, selections, isAlone);
  return object === null ? null : { kind: 'object', isNonNull, object };
}
