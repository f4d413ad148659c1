import { HeaderMap } from '@apollo/server';
import type { GatewayExecutor } from '@apollo/server-gateway-interface';
import { execute, type ExecutionResult, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { OperationContext } from './context.ts';
import { executePlan } from './execution/execute-plan.ts';
import { planExecution, type ExecutionPlan } from './execution/plan.ts';
import type { OperationHooks } from './plugins/operation-hooks.ts';

/** Apollo merges it into the head of each response, and keeps none. */
const noHead = { headers: new HeaderMap() };

/** What operations came to that Apollo is still to see, by the context value that each operation has for itself. */
const outcomes = new WeakMap<object, { readonly result: ExecutionResult } | { readonly error: unknown }>();

/**
 * Runs operations itself, in place of what Apollo does around graphql-js for incremental delivery, which this schema
 * does not have: see docs/decisions/0004-own-execution.md. A result without errors is the answer. One with errors goes
 * on to Apollo, through `executor`, which counts, formats and tells them as always.
 *
 * Queries run by plans of their own, which are made once for each document: see docs/decisions/0011-planned-queries.md.
 */
export function executionHook(): OperationHooks<'responseForOperation'> {
  // By the schema first: views of it share documents. An operation is the same object in every request with the same
  // document, since Apollo keeps parsed documents. Plans go with the schema, or with the document, that they are for.
  const plans = new WeakMap<GraphQLSchema, WeakMap<OperationDefinitionNode, ExecutionPlan | null>>();
  const planOf = (operation: Operation): ExecutionPlan | null => {
    const { schema, document, operation: node } = operation;
    if (node === undefined) return null;
    let known = plans.get(schema);
    if (known === undefined) plans.set(schema, (known = new WeakMap()));
    let plan = known.get(node);
    if (plan === undefined) known.set(node, (plan = planExecution(schema, document, node)));
    return plan;
  };
  return {
    responseForOperation: async (operation) => {
      try {
        const result = await run(operation, planOf(operation));
        if (result.data != null && result.errors === undefined) {
          return { http: noHead, body: { kind: 'single', singleResult: { data: result.data } } };
        }
        outcomes.set(operation.contextValue, { result });
      } catch (error) {
        outcomes.set(operation.contextValue, { error });
      }
      return null;
    },
  };
}

/** Gives Apollo the result that the hook has left for it. */
export const executor: GatewayExecutor = async ({ context }) => {
  const outcome = outcomes.get(context);
  if (outcome === undefined) throw new Error('Apollo asked for an operation that was not executed.');
  if ('error' in outcome) throw outcome.error;
  return outcome.result;
};

/** What Apollo knows of an operation when it is about to run. */
interface Operation {
  readonly schema: GraphQLSchema;
  readonly document: Parameters<typeof execute>[0]['document'];
  /** Undefined for one that the document does not have. */
  readonly operation?: OperationDefinitionNode | undefined;
  readonly contextValue: OperationContext;
  readonly request: {
    readonly variables?: Readonly<Record<string, unknown>> | undefined;
    readonly operationName?: string | undefined;
  };
}

function run(
  { schema, document, contextValue, request: { variables, operationName } }: Operation,
  plan: ExecutionPlan | null,
): ExecutionResult | Promise<ExecutionResult> {
  if (plan !== null) return executePlan(plan, variables, contextValue);
  return execute({ schema, document, contextValue, variableValues: variables, operationName });
}
