import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ApolloServer } from '@apollo/server';
import { assertValidSchema, isObjectType, printSchema, type GraphQLSchema } from 'graphql';
import type { NamedSchema } from '../../../src/graphql/live-moment.ts';
import { executionHook } from '../../../src/graphql/execution.ts';
import { GeneratedParts } from '../../../src/graphql/generated-part.ts';
import { LiveSchema, printLiveSchema } from '../../../src/graphql/live-schema.ts';
import { buildStaticSchema, type StaticSchema } from '../../../src/graphql/static-schema.ts';
import type { ServedModel } from '../../../src/inference/served-model.ts';
import { madeUpModel, servedModels } from '../../helpers/made-up-models.ts';

const base = buildStaticSchema();
const digits = madeUpModel(base, { name: 'digits' });
const iris = madeUpModel(base, { name: 'iris' });
const wider = madeUpModel(base, { name: 'iris', version: 2, outputs: [{ name: 'z', datatype: 'FP32', shape: [] }] });
/** Its types have the names of the types of `iris`, which no schema can hold. */
const impostor = { ...madeUpModel(base, { name: 'iris' }), name: 'rose' } as ServedModel;

/** The fields of `Predictions`; none where nothing is served. */
function predictionsOf(schema: GraphQLSchema): string[] {
  const type = schema.getType('Predictions');
  return isObjectType(type) ? Object.keys(type.getFields()) : [];
}

/** A live schema over models that a test changes. */
function makeLive(...models: ServedModel[]) {
  const faults: unknown[] = [];
  const told: GraphQLSchema[] = [];
  const state = { models };
  const live = new LiveSchema(
    base,
    new GeneratedParts(base),
    () => servedModels(...state.models),
    (error) => faults.push(error),
  );
  live.onSchemaLoadOrUpdate(({ apiSchema }) => told.push(apiSchema));
  return { live, faults, told, state };
}

/** The schema of these models, over this static part. */
function composeSchema(base: StaticSchema, models: readonly ServedModel[]): NamedSchema {
  const live = new LiveSchema(
    base,
    new GeneratedParts(base),
    () => servedModels(...models),
    (error) => assert.fail(String(error)),
  );
  live.refresh();
  return live.current;
}

describe('a composed schema', () => {
  test('of no model is the static one, without predict', () => {
    const { schema } = composeSchema(base, []);
    assert.equal(schema, base.schema);
    assert.ok(!('predict' in (schema.getQueryType()?.getFields() ?? {})));
  });

  test('has two fields for each model, and its types', () => {
    const { schema } = composeSchema(base, [digits, iris]);
    assertValidSchema(schema);
    assert.deepEqual(predictionsOf(schema), ['digits', 'digitsBatch', 'iris', 'irisBatch']);
    for (const type of ['IrisInput', 'IrisPrediction', 'DigitsInput']) assert.ok(schema.getType(type), type);
  });

  test('has the generated types among those that implement Prediction', () => {
    const { schema } = composeSchema(base, [digits, iris]);
    const names = schema.getPossibleTypes(base.shared.prediction).map(({ name }) => name);
    assert.deepEqual(names.toSorted(), ['DigitsPrediction', 'IrisPrediction']);
  });

  test('has the same text and version for the same models, on every replica', () => {
    const other = buildStaticSchema();
    const here = composeSchema(base, [iris]);
    const there = composeSchema(other, [madeUpModel(other, { name: 'iris' })]);
    assert.equal(printLiveSchema(here.schema), printLiveSchema(there.schema));
    assert.equal(here.version, there.version);
    assert.match(here.version, /^[\da-f]{16}$/);
  });

  test('has another version for other models, types and descriptions', () => {
    const titled = madeUpModel(base, { name: 'iris', manifest: { title: 'Three species' } });
    const versions = [[], [iris], [digits], [digits, iris], [wider], [titled]].map(
      (models) => composeSchema(base, models).version,
    );
    assert.equal(new Set(versions).size, versions.length);
  });
});

describe('the live schema', () => {
  test('begins with the static part, before any model is ready', () => {
    const { live } = makeLive(iris);
    assert.equal(live.current.schema, base.schema);
  });

  test('is swapped whole, and the one before stays as it was', () => {
    const { live, told, state } = makeLive(iris);
    live.refresh();
    const before = live.current;
    const text = printSchema(before.schema);
    state.models = [digits, iris];
    live.refresh();
    assert.notEqual(live.current.schema, before.schema);
    assert.deepEqual(told, [before.schema, live.current.schema]);
    assert.equal(printSchema(before.schema), text);
    assert.deepEqual(predictionsOf(live.current.schema), ['digits', 'digitsBatch', 'iris', 'irisBatch']);
  });

  test('follows a model to another version', () => {
    const { live, state } = makeLive(iris);
    live.refresh();
    state.models = [wider];
    live.refresh();
    assert.match(printSchema(live.current.schema), /type IrisPrediction [^}]*\bz: /);
  });

  test('is the static part again when the last model is gone', () => {
    const { live, state } = makeLive(iris);
    live.refresh();
    state.models = [];
    live.refresh();
    assert.equal(live.current.schema, base.schema);
  });

  test('is not made anew while the models are the same', () => {
    const { live, told } = makeLive(iris);
    live.refresh();
    live.refresh();
    assert.equal(told.length, 1);
  });

  test('is made once for many changes in a tick, after it', async () => {
    const { live, told, state } = makeLive();
    state.models = [iris];
    live.invalidate();
    state.models = [digits, iris];
    live.invalidate();
    assert.deepEqual(told, []);
    await nextTurn();
    assert.equal(told.length, 1);
    assert.deepEqual(predictionsOf(live.current.schema), ['digits', 'digitsBatch', 'iris', 'irisBatch']);
  });

  test('leaves out a model whose names another has, says so, and follows the others', () => {
    const { live, faults, state } = makeLive(iris);
    live.refresh();
    state.models = [iris, impostor, digits];
    live.refresh();
    assert.deepEqual(predictionsOf(live.current.schema), ['digits', 'digitsBatch', 'iris', 'irisBatch']);
    assert.match(String(faults[0]), /"iris" and "rose" both make IrisInput/);
    state.models = [impostor, digits];
    live.refresh();
    assert.deepEqual(predictionsOf(live.current.schema), ['digits', 'digitsBatch', 'rose', 'roseBatch']);
  });

  test('stays the one before when whoever serves it refuses the new one', () => {
    const { live, faults, state } = makeLive(iris);
    live.refresh();
    const before = live.current;
    const refusal = new Error('refused');
    const stop = live.onSchemaLoadOrUpdate(() => {
      throw refusal;
    });
    state.models = [digits];
    live.refresh();
    assert.equal(live.current, before);
    assert.deepEqual(faults, [refusal]);
    stop();
    live.refresh();
    assert.deepEqual(predictionsOf(live.current.schema), ['digits', 'digitsBatch']);
  });

  test('is what Apollo serves, from the next request on', async () => {
    const { live, state } = makeLive();
    const apollo = new ApolloServer({ gateway: live, plugins: [{ requestDidStart: async () => executionHook() }] });
    await apollo.start();
    const fields = async () => {
      const { body } = await apollo.executeOperation({ query: '{ __type(name: "Predictions") { fields { name } } }' });
      assert.ok(body.kind === 'single');
      return body.singleResult.data?.['__type'] as { fields: object[] } | null;
    };
    assert.equal(await fields(), null);
    state.models = [iris];
    live.refresh();
    assert.equal((await fields())?.fields.length, 2);
    await apollo.stop();
    state.models = [];
    live.refresh();
    assert.equal(live.current.schema, base.schema);
  });
});
