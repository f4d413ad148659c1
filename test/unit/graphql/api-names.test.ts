import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { apiNames, nameConflict } from '../../../src/graphql/api-names.ts';
import { buildStaticSchema } from '../../../src/graphql/static-schema.ts';

const { typeNames } = buildStaticSchema();

describe('the names of a model in the API', () => {
  test('are made from its folder', () => {
    assert.deepEqual(apiNames('sms-spam'), { field: 'smsSpam', batchField: 'smsSpamBatch', typePrefix: 'SmsSpam' });
    assert.deepEqual(apiNames('3d.cnn'), { field: '_3dCnn', batchField: '_3dCnnBatch', typePrefix: '_3dCnn' });
  });

  test('are GraphQL names that are not reserved, whatever a folder may be called', () => {
    const folder = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/);
    fc.assert(
      fc.property(folder, (name) => {
        const { field, batchField, typePrefix } = apiNames(name);
        for (const made of [field, batchField, `${typePrefix}Input`]) assert.match(made, /^(?!__)[A-Za-z_]\w*$/);
      }),
    );
  });
});

/** Models that do not serve yet. */
const idle = (names: readonly string[]) => new Map(names.map((name) => [name, false]));

describe('a conflict of names', () => {
  test('is none between models of different names', () => {
    const all = ['diabetes', 'digits', 'iris', 'titanic'];
    for (const model of all) assert.equal(nameConflict(model, idle(all), typeNames), null);
  });

  for (const model of ['infer', 'tensor']) {
    test(`is there for the folder ${model}, whose type the schema has`, () => {
      assert.match(
        nameConflict(model, idle([model]), typeNames) ?? '',
        new RegExp(`"${model}" would make the type \\w+Input,`),
      );
    });
  }

  test('is there between folders that differ in what no name can have, for the later of the two', () => {
    const all = ['sms-spam', 'sms_spam'];
    assert.equal(nameConflict('sms-spam', idle(all), typeNames), null);
    assert.match(
      nameConflict('sms_spam', idle(all), typeNames) ?? '',
      /"sms-spam" and "sms_spam" would both make smsSpam/,
    );
  });

  test('is there between the list field of one and the field of another', () => {
    const all = ['iris', 'iris-batch'];
    assert.match(nameConflict('iris-batch', idle(all), typeNames) ?? '', /would both make irisBatch/);
  });

  test('is decided alike whatever the order of the folders', () => {
    const all = ['a-b', 'a.b', 'a_b', 'aB'];
    const refused = (names: readonly string[]) =>
      all.filter((name) => nameConflict(name, idle(names), typeNames) !== null).toSorted();
    assert.deepEqual(refused(all), refused(all.toReversed()));
    assert.equal(refused(all).length, 3);
  });

  test('is lost by a newcomer, wherever its name stands, to a model that serves', () => {
    const models = new Map([
      ['a-b', false],
      ['a_b', true],
    ]);
    assert.match(nameConflict('a-b', models, typeNames) ?? '', /"a_b" and "a-b" would both make aB/);
    assert.equal(nameConflict('a_b', models, typeNames), null);
  });
});
