import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { getIntrospectionQuery } from 'graphql';
import { assertServes, readAnswer } from '../helpers/error-form.ts';
import { post, shippedModels, startTestGateway } from '../helpers/gateway.ts';

const gateway = await startTestGateway({ after }, shippedModels, { introspection: false });
const send = async (query: string) => readAnswer(await post(gateway, JSON.stringify({ query })));

describe('with introspection turned off', () => {
  for (const query of [
    getIntrospectionQuery(),
    '{ __type(name: "Query") { name } }',
    '{ hidden: __schema { queryType { name } } }',
    '{ ...F } fragment F on Query { __schema { types { name } } }',
  ]) {
    test(`${query.slice(0, 60).replaceAll(/\s+/g, ' ')} is refused`, async () => {
      const { status, errors, data } = await send(query);
      assert.equal(status, 400);
      assert.equal(data, undefined);
      assert.equal(errors[0]?.extensions.code, 'GRAPHQL_VALIDATION_FAILED');
      assert.match(errors[0]?.message ?? '', /^Introspection is turned off on this server/);
    });
  }

  test('errors suggest no names', async () => {
    const { errors } = await send('{ modelz { name } }');
    assert.deepEqual(
      errors.map(({ message }) => message),
      ['Cannot query field "modelz" on type "Query".'],
    );
  });

  test('__typename and predictions are answered', async () => {
    assert.deepEqual((await send('{ __typename }')).data, { __typename: 'Query' });
    await assertServes(gateway);
  });
});
