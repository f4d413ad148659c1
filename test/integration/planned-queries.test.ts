import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { execute, getOperationAST, parse, validate, type ExecutionResult } from 'graphql';
import type { OperationContext } from '../../src/graphql/context.ts';
import { executePlan } from '../../src/graphql/execution/execute-plan.ts';
import { planExecution } from '../../src/graphql/execution/plan.ts';
import { arbitraryOperation } from '../helpers/arbitrary-operation.ts';
import { runCommand } from '../helpers/command.ts';
import { shippedModels } from '../helpers/gateway.ts';
import { madeUpSchema, MadeUpWorld } from '../helpers/made-up-world.ts';

/** All of a result that anybody could tell apart, the order of its keys among it. */
function tell({ data, errors }: ExecutionResult) {
  return {
    data: JSON.stringify(data),
    errors: errors?.map((error) => ({
      ...error.toJSON(),
      original: error.originalError?.message,
      kind: error.originalError?.constructor,
    })),
    nodes: errors?.map(({ nodes }) => nodes),
  };
}

test('a plan gives what graphql-js gives, over the whole schema of the shipped models', async (context) => {
  const { code, output } = await runCommand(context, ['schema', shippedModels]).ended;
  assert.equal(code, 0);
  const schema = madeUpSchema(output);
  const seen = { good: 0, failed: 0, refused: 0 };
  const property = fc.asyncProperty(
    arbitraryOperation(schema),
    fc.integer(),
    fc.constantFrom(0, 5, 30),
    async ({ text, variables }, seed, troubles) => {
      const document = parse(text);
      assert.deepEqual(validate(schema, document), []);
      const operation = getOperationAST(document);
      assert.ok(operation);
      const plan = planExecution(schema, document, operation);
      assert.ok(plan);
      const theirs = new MadeUpWorld(seed, troubles);
      const expected = await execute({ schema, document, contextValue: theirs, variableValues: variables });
      // Twice, since a plan serves many requests.
      for (let time = 0; time < 2; time += 1) {
        const ours = new MadeUpWorld(seed, troubles);
        const result = await executePlan(plan, structuredClone(variables), ours as unknown as OperationContext);
        assert.deepEqual(tell(result), tell(expected));
        // Where all of an answer is null, what was begun goes on for a while.
        await nextTurn();
        assert.deepEqual(ours.calls, theirs.calls);
      }
      if (expected.data === undefined) seen.refused += 1;
      else if (expected.errors === undefined) seen.good += 1;
      else seen.failed += 1;
    },
  );
  await fc.assert(property, { numRuns: 500 });
  // A world in which everything fails, or nothing, would show little.
  for (const [kind, times] of Object.entries(seen)) assert.ok(times >= 20, `${kind}: ${times}`);
});
