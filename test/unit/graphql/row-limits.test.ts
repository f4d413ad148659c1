import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GraphQLSchema } from 'graphql';
import { anonymous } from '../../../src/access/identity.ts';
import { compileOptions } from '../../../src/config/options.ts';
import { GatewayError } from '../../../src/errors.ts';
import { newUsage, type GraphQLServices, type OperationContext } from '../../../src/graphql/context.ts';
import type { LiveMoment } from '../../../src/graphql/live-moment.ts';
import { countRows } from '../../../src/graphql/row-limits.ts';
import type { ServedModel } from '../../../src/inference/served-model.ts';

const options = compileOptions({ maxRowsPerField: 10, maxRowsPerOperation: 15 }, {});
const iris = { name: 'iris', version: 3 } as ServedModel;
const digits = { name: 'digits', version: 1 } as ServedModel;

function operation(usage = newUsage()): OperationContext {
  const services = { options } as GraphQLServices;
  const moment: LiveMoment = { schema: new GraphQLSchema({}), version: '', models: new Map() };
  const caller = { ...anonymous(false), isLocal: false };
  const request = { requestId: 'a', signal: new AbortController().signal, usage, caller };
  return { services, moment, request, rows: 0, events: 0 };
}

function refusal(context: OperationContext, rows: number): readonly unknown[] {
  try {
    countRows(context, iris, rows);
  } catch (error) {
    assert.ok(error instanceof GatewayError);
    const { model, version, details } = error.options;
    return [error.code, model, version, details];
  }
  return assert.fail('The rows were admitted.');
}

describe('rows', () => {
  test('as many as the limits are admitted and counted, with their models', () => {
    const context = operation();
    countRows(context, iris, 10);
    countRows(context, digits, 5);
    assert.equal(context.request.usage.rows, 15);
    assert.deepEqual([...context.request.usage.models], ['iris', 'digits']);
  });

  test('over the limit of a field are BATCH_TOO_LARGE, and not counted', () => {
    const context = operation();
    assert.deepEqual(refusal(context, 11), ['BATCH_TOO_LARGE', 'iris', '3', { limit: 10, received: 11 }]);
    assert.equal(context.request.usage.rows, 0);
    countRows(context, iris, 10);
  });

  test('over the limit of an operation are QUERY_TOO_COMPLEX, and not counted', () => {
    const context = operation();
    countRows(context, iris, 10);
    assert.deepEqual(refusal(context, 6), ['QUERY_TOO_COMPLEX', 'iris', '3', { limit: 15, received: 16 }]);
    assert.equal(context.request.usage.rows, 10);
  });

  test('of each operation of an array are limited by themselves, and counted together', () => {
    const usage = newUsage();
    for (let index = 0; index < 3; index += 1) countRows(operation(usage), iris, 10);
    assert.equal(usage.rows, 30);
  });
});
