import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { serverAudits } from 'graphql-http';
import { shippedModels, startTestGateway } from '../helpers/gateway.ts';

/**
 * What Apollo Server does otherwise by design: with `application/json` it answers requests that never ran with 400,
 * where the specification would like 200 for the sake of old clients.
 */
const shouldsThatApolloFails = ['572B', 'FDE2', '7B9B'];

describe('the specification GraphQL over HTTP', async () => {
  const failedShoulds: string[] = [];

  await test('is kept', async (context) => {
    const { graphqlUrl } = await startTestGateway(context, shippedModels);
    const audits = serverAudits({ url: graphqlUrl });
    assert.ok(audits.length >= 60, `there are ${audits.length} audits`);
    for (const { id, name, fn } of audits) {
      await context.test(`${id}: ${name}`, async () => {
        const result = await fn();
        assert.ok(['ok', 'notice', 'warn', 'error'].includes(result.status), `an audit ended as ${result.status}`);
        if (result.status === 'error') assert.fail(result.reason);
        if (result.status === 'warn') failedShoulds.push(id);
      });
    }
    assert.deepEqual(failedShoulds, shouldsThatApolloFails);
  });
});
