import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { query, shippedModels, startTestGateway } from '../helpers/gateway.ts';
import { testKeys } from '../helpers/keys.ts';
import { liveFolder } from '../helpers/live-folder.ts';

const examples = '{ models { name field example { query variables } } }';

interface ListedModel {
  readonly name: string;
  readonly field: string | null;
  readonly example: { readonly query: string; readonly variables: string } | null;
}

describe('the example of a model', () => {
  test('can be sent as it is, for every model that is shipped, and is called as its field', async (context) => {
    const gateway = await startTestGateway(context, shippedModels);
    const { data } = await query(gateway, examples);
    const models: readonly ListedModel[] = data.models;
    assert.equal(models.length, 8);
    for (const { field, example } of models) {
      assert.ok(example !== null && field !== null);
      assert.ok(example.query.startsWith(`query ${field}($input: `), example.query);
      const answer = await query(gateway, example.query, JSON.parse(example.variables) as object);
      assert.deepEqual(answer.errors, []);
      assert.notEqual(answer.data.predict[field], null);
    }
  });

  test('is null for a model that is not served', async (context) => {
    const { root } = await liveFolder(context, { 'empty/model.yaml': 'task: tensor\n' });
    const { data } = await query(await startTestGateway(context, root), examples);
    assert.deepEqual(data.models, [{ name: 'empty', field: null, example: null }]);
  });

  test('is null for callers who may see the model and not use it: it may hold data', async (context) => {
    const keys = await testKeys(context);
    const [reader, user] = [await keys.make('models:read'), await keys.make('predict:iris')];
    const gateway = await startTestGateway(context, shippedModels, { keys: keys.path });
    const { data: seen } = await query(gateway, examples, {}, reader);
    assert.deepEqual(new Set(seen.models.map(({ example }: ListedModel) => example)), new Set([null]));
    const { data: used } = await query(gateway, examples, {}, user);
    assert.equal(used.models.length, 1);
    assert.match(used.models[0].example.query, /^query iris/);
  });
});
