import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isObjectType, type GraphQLSchema } from 'graphql';
import { GeneratedParts } from '../../../src/graphql/generated-part.ts';
import { LiveSchema } from '../../../src/graphql/live-schema.ts';
import { SchemaView } from '../../../src/graphql/schema-view.ts';
import { buildStaticSchema } from '../../../src/graphql/static-schema.ts';
import type { ServedModel } from '../../../src/inference/served-model.ts';
import { madeUpModel, servedModels } from '../../helpers/made-up-models.ts';

const base = buildStaticSchema();
const iris = madeUpModel(base, { name: 'iris' });
const digits = madeUpModel(base, { name: 'digits' });

/** A view of the model iris alone, over models that a test changes. */
function makeView(...models: ServedModel[]) {
  const state = { models };
  const live = new LiveSchema(
    base,
    new GeneratedParts(base),
    () => servedModels(...state.models),
    (error) => assert.fail(String(error)),
  );
  live.refresh();
  const view = new SchemaView(live, (model) => model === 'iris');
  const told: GraphQLSchema[] = [];
  view.onSchemaLoadOrUpdate(({ apiSchema }) => told.push(apiSchema));
  const publish = (...next: ServedModel[]) => {
    state.models = next;
    live.refresh();
  };
  return { live, view, told, publish };
}

function fieldsOf(schema: GraphQLSchema): string[] {
  const type = schema.getType('Predictions');
  return isObjectType(type) ? Object.keys(type.getFields()) : [];
}

describe('a view of the live schema', () => {
  test('has the models that may be seen, in the schema and in the list', () => {
    const { moment } = makeView(iris, digits).view.lease();
    assert.deepEqual(fieldsOf(moment.schema), ['iris', 'irisBatch']);
    assert.deepEqual([...moment.models.keys()], ['iris']);
    assert.equal(moment.schema.getType('DigitsInput'), undefined);
  });

  test('has the version that a server with these models alone would have', () => {
    assert.equal(makeView(iris, digits).view.current.version, makeView(iris).live.current.version);
  });

  test('is the static schema where none may be seen', () => {
    assert.equal(makeView(digits).view.current.schema, base.schema);
  });

  test('follows the live schema with the next lease, and tells of it', () => {
    const { view, told, publish } = makeView(digits);
    publish(iris, digits);
    assert.deepEqual(told, []);
    const { moment } = view.lease();
    assert.deepEqual(fieldsOf(moment.schema), ['iris', 'irisBatch']);
    assert.deepEqual(told, [moment.schema]);
    publish(digits);
    assert.deepEqual(fieldsOf(view.lease().moment.schema), []);
    assert.deepEqual(fieldsOf(moment.schema), ['iris', 'irisBatch'], 'a request goes on with what it began with');
  });

  test('keeps its schema when others change', () => {
    const { view, told, publish } = makeView(iris);
    const before = view.lease().moment;
    publish(iris, digits);
    const after = view.lease().moment;
    assert.equal(after.schema, before.schema);
    assert.deepEqual([told, [...after.models.keys()]], [[], ['iris']]);
  });

  test('holds what it shows until the request ends', async () => {
    const { live, view, publish } = makeView(iris);
    const { release } = view.lease();
    publish();
    let isReleased = false;
    const released = live.released(iris).then(() => (isReleased = true));
    await Promise.resolve();
    assert.equal(isReleased, false);
    release();
    await released;
  });
});
