import { HeaderMap } from '@apollo/server';
import { GraphQLError, type OperationDefinitionNode } from 'graphql';
import type { RequestLimits } from '../../config/options.ts';
import { GatewayError } from '../../errors.ts';
import type { RequestUsage } from '../context.ts';
import { costOf, type OperationCost } from '../cost/operation-cost.ts';
import { planOperation, type OperationPlan } from '../cost/operation-plan.ts';
import type { OperationHooks } from './operation-hooks.ts';
import { spendBudget, type RateLimiting } from './spend-budget.ts';

export type CostLimits = Pick<RequestLimits, 'maxCostPerRequest' | 'maxTensorElements'>;

/**
 * Counts what each operation costs, and refuses, before anything of it runs, the one with which its request would cost
 * too much, or its caller would be over what callers may ask for. Operations of an array are counted one after the other.
 * @param rateLimiting null where callers are not limited.
 */
export function costHook(limits: CostLimits, rateLimiting: RateLimiting | null): OperationHooks<'didResolveOperation'> {
  // Apollo keeps parsed documents, so that an operation is the same object in every request with the same document.
  const plans = new WeakMap<OperationDefinitionNode, OperationPlan>();
  return {
    didResolveOperation: async ({ document, operation, schema, contextValue, request: { variables } }) => {
      // Execution says what is wrong with its name.
      if (operation === undefined) return;
      const { usage } = contextValue.request;
      let plan = plans.get(operation);
      if (plan === undefined) {
        plan = planOperation(document, operation);
        plans.set(operation, plan);
      }
      const allowance = {
        cost: limits.maxCostPerRequest - usage.cost,
        elements: limits.maxTensorElements - usage.elements,
      };
      const asked = costOf({ plan, variables, schema, models: contextValue.moment.models }, allowance);
      if (asked.cost > allowance.cost || asked.elements > allowance.elements) throw refusal(asked, usage, limits);
      charge(usage, asked);
      if (rateLimiting !== null) {
        await spendBudget(rateLimiting, operation.operation, asked.cost, contextValue.request);
      }
    },
  };
}

function charge(usage: RequestUsage, { cost, rows, elements, models }: OperationCost): void {
  usage.cost += cost;
  usage.rows += rows;
  usage.elements += elements;
  for (const model of models) usage.models.add(model);
}

function refusal(asked: OperationCost, usage: RequestUsage, limits: CostLimits): GraphQLError {
  const cost = usage.cost + asked.cost;
  const elements = usage.elements + asked.elements;
  const isTooCostly = cost > limits.maxCostPerRequest;
  const limit = isTooCostly ? limits.maxCostPerRequest : limits.maxTensorElements;
  const received = isTooCostly ? cost : elements;
  const message = isTooCostly
    ? `The request costs ${received} or more, in rows and fields; the limit is ${limit}. Ask for less at a time.`
    : `The tensors of the request have ${received} elements or more; the limit is ${limit}. Send less at a time.`;
  const originalError = new GatewayError('QUERY_TOO_COMPLEX', message, {
    limit: isTooCostly ? 'maxCostPerRequest' : 'maxTensorElements',
    details: { limit, received },
  });
  // Without a status of its own an operation that did not run is a fault to Apollo.
  return new GraphQLError(message, { originalError, extensions: { http: { status: 400, headers: new HeaderMap() } } });
}
