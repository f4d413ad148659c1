import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { postOperation, ServerAwayError } from '../../../playground/post-operation.ts';

const endpoint = new URL('http://127.0.0.1/graphql');

function answerWith(test: TestContext, make: () => Response): void {
  test.mock.method(globalThis, 'fetch', async () => make());
}

describe('postOperation', () => {
  it('gives the answer with what its headers say', async (test) => {
    const headers = { 'inferql-schema-version': 'abc', 'retry-after': '3' };
    answerWith(test, () => Response.json({ errors: [] }, { status: 429, headers }));
    const { result, ...facts } = await postOperation(endpoint, { query: '{ a }' });
    assert.deepEqual(result, { errors: [] });
    assert.deepEqual(facts, { status: 429, schemaVersion: 'abc', retryAfterMs: 3000 });
  });

  it('knows neither where the headers say nothing', async (test) => {
    answerWith(test, () => Response.json({ data: null }));
    const { schemaVersion, retryAfterMs } = await postOperation(endpoint, { query: '{ a }' });
    assert.deepEqual([schemaVersion, retryAfterMs], [null, null]);
  });

  for (const [what, response] of [
    ['something else', new Response('Bad gateway', { status: 502 })],
    ['JSON of something else', Response.json({ status: 'down' }, { status: 502 })],
    ['half of it', new Response('{"data":', { status: 502, headers: { 'content-type': 'application/json' } })],
  ] as const) {
    test(`says when ${what} came instead of a GraphQL answer`, response);
  }

  function test(title: string, response: Response): void {
    it(title, async (context) => {
      answerWith(context, () => response);
      await assert.rejects(postOperation(endpoint, { query: '{ a }' }), (error) => {
        assert.ok(error instanceof ServerAwayError);
        assert.match(error.message, /answered 502 with .*not a GraphQL answer/);
        return true;
      });
    });
  }

  it('says when nobody answers', async (test) => {
    test.mock.method(globalThis, 'fetch', async () => {
      throw new TypeError('Failed to fetch');
    });
    await assert.rejects(postOperation(endpoint, { query: '{ a }' }), ServerAwayError);
  });

  it('does not take a request that was ended for a server that is away', async (test) => {
    const reason = new Error('ended');
    test.mock.method(globalThis, 'fetch', async () => {
      throw reason;
    });
    await assert.rejects(postOperation(endpoint, { query: '{ a }' }, {}, AbortSignal.abort(reason)), reason);
  });
});
