import {
  getVariableValues,
  isInputObjectType,
  isInputType,
  isLeafType,
  isListType,
  isNonNullType,
  typeFromAST,
  valueFromAST,
  type GraphQLError,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLLeafType,
  type GraphQLSchema,
  type TypeNode,
  type VariableDefinitionNode,
} from 'graphql';
import type { SentVariables } from '../cost/argument-reader.ts';
import { plainValuesOf } from './plain-values.ts';

/** The variables of a request by name, or why they do not fit their types. */
export type CoercedVariables =
  | { readonly errors: readonly GraphQLError[]; readonly coerced?: never }
  | { readonly coerced: Readonly<Record<string, unknown>>; readonly errors?: never };

/** Checks the variables of a request, and makes of them what resolvers take. */
export type VariablesReader = (sent: SentVariables) => CoercedVariables;

/**
 * Gives what GraphQL would make of a value that plainly fits its type: the value itself wherever nothing has to change,
 * so that a list of a thousand rows is looked at and not copied. For everything else it gives `unsure`.
 */
type Coercer = (value: unknown) => unknown;

/** What is to be said of a value, graphql-js says. */
const unsure = Symbol('unsure');

/** As many as `execute` of graphql-js lists. */
const maxErrors = 50;

/**
 * Prepares to read the variables of one operation. What plainly fits is read by coercers made for its types; with
 * anything else, down to one row of a list, graphql-js reads all of them anew, so that what is refused, with which words,
 * and what is made of odd values is its own business.
 */
export function variablesReader(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
): VariablesReader {
  const readers = definitions.map((definition) => variableReader(schema, definition));
  return (sent = {}) => {
    const coerced: Record<string, unknown> = {};
    for (const { name, read } of readers) {
      const value = read(sent);
      if (value === unsure) return getVariableValues(schema, definitions, sent, { maxErrors });
      if (value !== undefined) coerced[name] = value;
    }
    return { coerced };
  };
}

interface VariableReader {
  readonly name: string;
  /** Gives undefined for a variable that has no value, which is something else than null. */
  readonly read: (sent: Readonly<Record<string, unknown>>) => unknown;
}

function variableReader(schema: GraphQLSchema, definition: VariableDefinitionNode): VariableReader {
  const name = definition.variable.name.value;
  const type = inputTypeOf(schema, definition.type);
  if (type === null || name === '__proto__') return { name, read: () => unsure };
  const { defaultValue } = definition;
  const coerce = coercerOf(type);
  const absent = (): unknown => {
    if (defaultValue !== undefined) return valueFromAST(defaultValue, type);
    return isNonNullType(type) ? unsure : undefined;
  };
  return { name, read: (sent) => (Object.hasOwn(sent, name) ? coerce(sent[name]) : absent()) };
}

function inputTypeOf(schema: GraphQLSchema, node: TypeNode): GraphQLInputType | null {
  const type = typeFromAST(schema, node);
  return type !== undefined && isInputType(type) ? type : null;
}

function coercerOf(type: GraphQLInputType): Coercer {
  if (isNonNullType(type)) {
    const coerce = coercerOfNullable(type.ofType);
    return (value) => (value === null || value === undefined ? unsure : coerce(value));
  }
  const coerce = coercerOfNullable(type);
  return (value) => (value === null ? null : value === undefined ? unsure : coerce(value));
}

function coercerOfNullable(type: GraphQLInputType): Coercer {
  if (isListType(type)) return listCoercer(coercerOf(type.ofType));
  if (isInputObjectType(type)) return objectCoercer(type);
  return isLeafType(type) ? leafCoercer(type) : () => unsure;
}

function listCoercer(coerce: Coercer): Coercer {
  return (value) => {
    if (!Array.isArray(value)) return unsure;
    const list: readonly unknown[] = value;
    let copy: unknown[] | null = null;
    for (let index = 0; index < list.length; index += 1) {
      const coerced = coerce(list[index]);
      if (coerced === unsure) return unsure;
      if (copy !== null) copy.push(coerced);
      else if (coerced !== list[index]) copy = [...list.slice(0, index), coerced];
    }
    return copy ?? list;
  };
}

function objectCoercer(type: GraphQLInputObjectType): Coercer {
  // Made when it is first used: input types may hold themselves.
  let fields: readonly InputField[] | null | undefined;
  return (value) => {
    if (fields === undefined) fields = inputFields(type);
    return fields === null || !isPlainObject(value) ? unsure : coerceObject(fields, value);
  };
}

interface InputField {
  readonly name: string;
  readonly mayBeAbsent: boolean;
  readonly coerce: Coercer;
}

/** Null for a type whose objects are graphql-js's: those with rules across fields, and with names that any object has. */
function inputFields(type: GraphQLInputObjectType): readonly InputField[] | null {
  const fields = Object.values(type.getFields());
  if (type.isOneOf || fields.some(({ name }) => name in Object.prototype)) return null;
  return fields.map(({ name, type: fieldType, defaultValue }) => ({
    name,
    mayBeAbsent: defaultValue === undefined && !isNonNullType(fieldType),
    coerce: coercerOf(fieldType),
  }));
}

function coerceObject(fields: readonly InputField[], value: Readonly<Record<string, unknown>>): unknown {
  let copy: Record<string, unknown> | null = null;
  let present = 0;
  for (const { name, mayBeAbsent, coerce } of fields) {
    const given = value[name];
    if (given === undefined) {
      if (mayBeAbsent) continue;
      return unsure;
    }
    present += 1;
    const coerced = coerce(given);
    if (coerced === unsure) return unsure;
    if (coerced !== given && copy === null) copy = { ...value };
    if (copy !== null) copy[name] = coerced;
  }
  // Whatever else the object has is not of its type.
  for (const _name in value) present -= 1;
  return present === 0 ? (copy ?? value) : unsure;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function leafCoercer(type: GraphQLLeafType): Coercer {
  const isPlain = plainValuesOf(type);
  return (value) => {
    if (isPlain(value)) return value;
    try {
      const parsed: unknown = type.parseValue(value);
      return parsed ?? unsure;
    } catch {
      return unsure;
    }
  };
}
