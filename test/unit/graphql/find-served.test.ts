import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GatewayError } from '../../../src/errors.ts';
import { explainAbsentField, findServed } from '../../../src/graphql/find-served.ts';
import { EventHistory } from '../../../src/repository/event-history.ts';
import { madeUpEntry } from '../../helpers/made-up-models.ts';

const entries = [
  madeUpEntry(
    'iris',
    { 1: 'READY', 2: 'READY', 3: 'FAILED', 4: 'LOADING', 5: 'UNLOADED' },
    { defaultVersion: 2, manifest: { versions: { labels: { stable: 1, canary: 4 } } } },
  ),
  madeUpEntry('broken', { 1: 'UNLOADED', 2: 'FAILED' }),
  madeUpEntry('new-one', { 1: 'LOADING' }),
  madeUpEntry('pinned', { 1: 'FAILED', 2: 'LOADING' }, { manifest: { versions: { serve: [1], labels: { next: 2 } } } }),
  madeUpEntry('gone', { 1: 'UNLOADED' }),
  madeUpEntry('empty', {}, { problem: 'The folder has no version.' }),
];
const models = new Map(entries.map((entry) => [entry.name, entry]));

function refusal(name: string, ref: string | null | undefined): readonly (string | undefined)[] {
  try {
    findServed(models, name, ref);
  } catch (error) {
    assert.ok(error instanceof GatewayError);
    return [error.code, error.options.model, error.options.version, error.message];
  }
  return assert.fail('A version was found.');
}

describe('a request finds', () => {
  for (const [ref, version] of [
    [undefined, 2],
    [null, 2],
    ['1', 1],
    ['2', 2],
    ['stable', 1],
  ] as const) {
    test(`version ${version} by ${ref === undefined ? 'nothing' : JSON.stringify(ref)}`, () => {
      assert.equal(findServed(models, 'iris', ref).version, version);
    });
  }
});

describe('a request is told', () => {
  test('which models there are, when there is none of its name', () => {
    const [code, model, version, message] = refusal('rose', null);
    assert.deepEqual([code, model, version], ['MODEL_NOT_FOUND', 'rose', undefined]);
    assert.match(message ?? '', /"rose"; it has iris, broken, new-one, pinned, gone, empty\.$/);
  });

  test('that there are no models', () => {
    assert.throws(() => findServed(new Map(), 'iris', null), /it is empty\.$/);
  });

  test('of twenty models where there are more', () => {
    const many = Array.from({ length: 21 }, (_, index) => madeUpEntry(`m${index}`, {}));
    const crowded = new Map(many.map((entry) => [entry.name, entry]));
    assert.throws(() => findServed(crowded, 'iris', null), /m18, m19, …\.$/);
  });

  for (const ref of ['9', 'beta', '__proto__', 'constructor', '01', '']) {
    test(`which versions and labels there are, when there is no ${JSON.stringify(ref)}`, () => {
      const [code, model, version, message] = refusal('iris', ref);
      assert.deepEqual([code, model, version], ['MODEL_VERSION_NOT_FOUND', 'iris', ref]);
      assert.match(message ?? '', /it has 1, 2, 3, 4, 5, stable, canary\.$/);
    });
  }

  test('why a version failed', () => {
    const labelled = madeUpEntry('iris', { 3: 'FAILED' });
    const failing = new Map([['iris', labelled]]);
    assert.throws(() => findServed(failing, 'iris', '3'), /Version 3 .* is not served: FAILED, The file is corrupt\.$/);
  });

  for (const [ref, phase, version] of [
    ['canary', 'LOADING', '4'],
    ['5', 'UNLOADED', '5'],
  ] as const) {
    test(`that ${ref} is ${phase}`, () => {
      const [code, model, told, message] = refusal('iris', ref);
      assert.deepEqual([code, model, told], ['MODEL_UNAVAILABLE', 'iris', version]);
      assert.match(message ?? '', new RegExp(`it is ${phase}\\.$`));
    });
  }

  test('why a model has no version to serve', () => {
    assert.deepEqual(refusal('empty', null).slice(0, 2), ['MODEL_UNAVAILABLE', 'empty']);
    assert.match(refusal('empty', null)[3] ?? '', /The folder has no version\.$/);
    assert.match(refusal('gone', null)[3] ?? '', /No version of it is ready\.$/);
  });

  for (const [name, version, why] of [
    ['broken', '2', /^Version 2 of the model "broken" is not served: FAILED, The file is corrupt\.$/],
    ['new-one', '1', /^Version 1 .* it is LOADING\.$/],
    ['pinned', '1', /^Version 1 .* FAILED/],
  ] as const) {
    test(`why the version that would serve ${name} does not, when it names none`, () => {
      for (const ref of [undefined, null]) {
        const [code, model, told, message] = refusal(name, ref);
        assert.deepEqual([code, model, told], ['MODEL_UNAVAILABLE', name, version]);
        assert.match(message ?? '', why);
      }
    });
  }
});

describe('a field that the schema lacks', () => {
  for (const [field, model, version] of [
    ['broken', 'broken', '2'],
    ['brokenBatch', 'broken', '2'],
    ['newOne', 'new-one', '1'],
    ['empty', 'empty', undefined],
  ] as const) {
    test(`${field} is that of a model that is not served`, () => {
      const told = explainAbsentField(models, new Set(['tulip', field]));
      const { code, options } = told?.reason ?? assert.fail();
      assert.deepEqual(
        [told?.field, code, options.model, options.version],
        [field, 'MODEL_UNAVAILABLE', model, version],
      );
    });
  }

  for (const field of ['iris', 'new-one', 'rose', '__typename', 'constructor']) {
    test(`${field} is no such model's`, () => assert.equal(explainAbsentField(models, new Set([field])), null));
  }
});

describe('of a model that is gone', () => {
  const history = new EventHistory(10);
  history.add({ kind: 'REMOVED', model: 'old-rose' });
  // It came back.
  history.add({ kind: 'REMOVED', model: 'iris' });
  const at = history.last(2)[1]?.at.toISOString();
  const message = `The model "old-rose" is not in the repository any more: its folder went at ${at}.`;

  for (const field of ['oldRose', 'oldRoseBatch']) {
    test(`the field ${field} is MODEL_NOT_FOUND, and says since when`, () => {
      const told = explainAbsentField(models, new Set(['tulip', field]), history);
      const { code, options, message: words } = told?.reason ?? assert.fail();
      assert.deepEqual([told?.field, code, options.model], [field, 'MODEL_NOT_FOUND', 'old-rose']);
      assert.equal(words, message);
    });
  }

  test('a request by its name is told the same', () => {
    assert.throws(() => findServed(models, 'old-rose', null, history), { code: 'MODEL_NOT_FOUND', message });
  });

  test('nothing is said where it came back, or never was', () => {
    assert.equal(explainAbsentField(models, new Set(['irisBatch', 'tulip']), history), null);
    assert.throws(() => findServed(models, 'tulip', null, history), /The repository has no model "tulip"/);
  });
});
