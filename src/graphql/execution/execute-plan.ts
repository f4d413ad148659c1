import { GraphQLError, type ExecutionResult, type GraphQLResolveInfo, type ResponsePath } from 'graphql';
import { inspect } from 'graphql/jsutils/inspect.js';
import type { OperationContext } from '../context.ts';
import type { SentVariables } from '../cost/argument-reader.ts';
import { FieldErrors } from './field-errors.ts';
import type { ExecutionPlan, FieldPlan, ObjectPlan, ValuePlan } from './plan.ts';

/** One execution of a plan. */
interface Run {
  readonly plan: ExecutionPlan;
  readonly context: OperationContext;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly errors: FieldErrors;
}

/**
 * Executes an operation as `execute` of graphql-js does, step by step, with everything taken from the plan that does not
 * depend on the request. It follows graphql-js also in what comes after what, so that errors have the same order.
 * @returns a promise only where a resolver gave one; it never rejects.
 */
export function executePlan(
  plan: ExecutionPlan,
  sent: SentVariables,
  context: OperationContext,
): ExecutionResult | Promise<ExecutionResult> {
  const { coerced, errors } = plan.readVariables(sent);
  if (coerced === undefined) return { errors };
  const run: Run = { plan, context, variables: coerced, errors: new FieldErrors() };
  const fail = (error: GraphQLError): ExecutionResult => {
    run.errors.add(error, undefined);
    return respond(run, null);
  };
  try {
    const data = executeFields(run, plan.root, undefined, undefined);
    return isPromise(data) ? data.then((fields) => respond(run, fields), fail) : respond(run, data);
  } catch (error) {
    // Whatever a field throws was located.
    return fail(error as GraphQLError);
  }
}

type Fields = Record<string, unknown>;

function respond({ errors: { list } }: Run, data: Fields | null): ExecutionResult {
  return list.length === 0 ? { data } : { errors: list, data };
}

function executeFields(
  run: Run,
  { fields, isAlone }: ObjectPlan,
  source: unknown,
  path: ResponsePath | undefined,
): Fields | Promise<Fields> {
  // Of one shape for all rows of a list, and not a dictionary as those of graphql-js: JSON is made of it faster.
  const results: Fields = {};
  let hasPromise = false;
  try {
    for (const field of fields) {
      const result = executeField(run, field, source, path);
      results[field.key] = result;
      if (isPromise(result)) hasPromise = true;
    }
  } catch (error) {
    if (!hasPromise) throw error;
    // What other fields have begun may fail as well.
    return settle(results, false).finally(() => {
      throw error;
    });
  }
  return hasPromise ? settle(results, isAlone) : results;
}

/** Waits for what the fields promise. */
async function settle(results: Fields, isAlone: boolean): Promise<Fields> {
  const keys = Object.keys(results);
  const [only] = keys;
  if (isAlone && only !== undefined) {
    results[only] = await results[only];
    return results;
  }
  const values = await Promise.all(Object.values(results));
  for (const [index, key] of keys.entries()) results[key] = values[index];
  return results;
}

function executeField(run: Run, field: FieldPlan, source: unknown, parentPath: ResponsePath | undefined): unknown {
  const { value: plan, nodes } = field;
  if (field.typeName !== null) return field.typeName;
  // Most fields of a row are properties that are written as they are, and need no path.
  let path: ResponsePath | undefined;
  const pathHere = (): ResponsePath => (path ??= { prev: parentPath, key: field.key, typename: field.parentType.name });
  try {
    const given = field.readArguments === null ? {} : field.readArguments(run.variables);
    let value: unknown;
    if (field.resolve !== null) {
      value = field.resolve(source, given, run.context, infoOf(run, field, pathHere()));
    } else {
      value = propertyOf(source, field.name);
      if (plan.kind === 'leaf' && plan.isPlain(value)) return value;
      if (typeof value === 'function') value = value.call(source, given, run.context, infoOf(run, field, pathHere()));
    }
    const completed = isPromise(value)
      ? value.then((resolved) => completeValue(run, field, plan, pathHere(), resolved))
      : completeValue(run, field, plan, pathHere(), value);
    if (!isPromise(completed)) return completed;
    return completed.then(undefined, (thrown: unknown) => run.errors.handle(thrown, nodes, pathHere(), plan.isNonNull));
  } catch (thrown) {
    return run.errors.handle(thrown, nodes, pathHere(), plan.isNonNull);
  }
}

function propertyOf(source: unknown, name: string): unknown {
  const holds = (typeof source === 'object' && source !== null) || typeof source === 'function';
  return holds ? (source as Readonly<Record<string, unknown>>)[name] : undefined;
}

function infoOf({ plan, variables }: Run, field: FieldPlan, path: ResponsePath): GraphQLResolveInfo {
  return {
    fieldName: field.name,
    fieldNodes: field.nodes,
    returnType: field.returnType,
    parentType: field.parentType,
    path,
    schema: plan.schema,
    fragments: plan.fragments,
    rootValue: undefined,
    operation: plan.operation,
    variableValues: variables,
  };
}

function completeValue(run: Run, field: FieldPlan, plan: ValuePlan, path: ResponsePath, value: unknown): unknown {
  if (value instanceof Error) throw value;
  if (value === null || value === undefined) {
    if (!plan.isNonNull) return null;
    throw new Error(`Cannot return null for non-nullable field ${field.parentType.name}.${field.name}.`);
  }
  switch (plan.kind) {
    case 'leaf':
      return completeLeaf(plan, value);
    case 'list':
      return completeList(run, field, plan.item, path, value);
    case 'object':
      return executeFields(run, plan.object, value, path);
  }
}

function completeLeaf({ type, isPlain }: Extract<ValuePlan, { kind: 'leaf' }>, value: unknown): unknown {
  if (isPlain(value)) return value;
  const serialized: unknown = type.serialize(value);
  if (serialized !== null && serialized !== undefined) return serialized;
  const call = `${inspect(type)}.serialize(${inspect(value)})`;
  throw new Error(`Expected \`${call}\` to return non-nullable value, returned: ${inspect(serialized)}`);
}

function completeList(
  run: Run,
  field: FieldPlan,
  plan: ValuePlan,
  path: ResponsePath,
  list: unknown,
): unknown[] | Promise<unknown[]> {
  if (!isIterable(list)) {
    const name = `${field.parentType.name}.${field.name}`;
    throw new GraphQLError(`Expected Iterable, but did not find one for field "${name}".`);
  }
  const results: unknown[] = [];
  let hasPromise = false;
  try {
    for (const item of list) {
      const result = completeItem(run, field, plan, { prev: path, key: results.length, typename: undefined }, item);
      results.push(result);
      if (isPromise(result)) hasPromise = true;
    }
  } catch (error) {
    // What is promised already may fail as well, and nobody would take it.
    if (hasPromise) void Promise.allSettled(results);
    throw error;
  }
  return hasPromise ? Promise.all(results) : results;
}

function completeItem(run: Run, field: FieldPlan, plan: ValuePlan, path: ResponsePath, item: unknown): unknown {
  const { nodes } = field;
  try {
    const completed = isPromise(item)
      ? item.then((resolved) => completeValue(run, field, plan, path, resolved))
      : completeValue(run, field, plan, path, item);
    if (!isPromise(completed)) return completed;
    return completed.then(undefined, (thrown: unknown) => run.errors.handle(thrown, nodes, path, plan.isNonNull));
  } catch (thrown) {
    return run.errors.handle(thrown, nodes, path, plan.isNonNull);
  }
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function';
}

/** Whatever has a `then` is one to graphql-js. */
function isPromise<Value>(value: Value | PromiseLike<Value>): value is Promise<Value> {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Promise<Value>>).then === 'function';
}
