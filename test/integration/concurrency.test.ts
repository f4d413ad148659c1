import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertForm, assertServes } from '../helpers/error-form.ts';
import { eventually } from '../helpers/eventually.ts';
import { query, shippedModels, startTestGateway } from '../helpers/gateway.ts';
import { beginPost, connectRaw } from '../helpers/raw-connection.ts';

const body = JSON.stringify({ query: '{ __typename }' });

describe('a server with as many requests in hand as it takes', () => {
  test('refuses more before it reads their bodies, goes on to answer probes, and takes others as those end', async (context) => {
    const gateway = await startTestGateway(context, shippedModels, { maxConcurrentRequests: 2 });
    const [stays, leaves] = [await connectRaw(gateway.url), await connectRaw(gateway.url)];
    const rest = await beginPost(stays, body);
    await beginPost(leaves, body);

    const refused = await query(gateway, '{ __typename }');
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get('retry-after'), '1');
    const [error] = refused.errors;
    assert.ok(error);
    assertForm(error, refused.headers.get('x-request-id'));
    const { code, retryable, retryAfterMs, details } = error.extensions;
    assert.deepEqual(
      { code, retryable, retryAfterMs, details },
      {
        code: 'OVERLOADED',
        retryable: true,
        retryAfterMs: 1000,
        details: { limit: 2 },
      },
    );
    const unread = await connectRaw(gateway.url);
    unread.write(
      'POST /graphql HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{',
    );
    await unread.received(/^HTTP\/1\.1 503 [^]*"OVERLOADED"/);
    unread.destroy();
    for (const probe of ['healthz', 'readyz']) assert.equal((await fetch(`${gateway.url}/${probe}`)).status, 200);

    leaves.destroy();
    const taken = await eventually(
      () => query(gateway, '{ __typename }'),
      ({ status }) => status !== 503,
    );
    assert.deepEqual(taken.data, { __typename: 'Query' });
    stays.write(rest);
    await stays.received(/200 OK[^]*\{"data":\{"__typename":"Query"\}\}/);
    stays.destroy();
    // Refusals have taken no place, and each answer has given its place back.
    for (let round = 0; round < 5; round += 1) await assertServes(gateway);
    assert.equal(gateway.log.filter(({ level }) => level === 'error').length, 0);
  });
});
