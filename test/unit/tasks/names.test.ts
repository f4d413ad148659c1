import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { assertName } from 'graphql';
import { ModelLoadError } from '../../../src/errors.ts';
import { camelCase, distinctNames, graphqlName, pascalCase } from '../../../src/tasks/names.ts';

describe('names of models', () => {
  const folders: [string, string, string][] = [
    ['sms-spam', 'smsSpam', 'SmsSpam'],
    ['iris_logreg', 'irisLogreg', 'IrisLogreg'],
    ['iris', 'iris', 'Iris'],
    ['3d-cnn', '_3dCnn', '_3dCnn'],
    ['BERT-base', 'bertBase', 'BERTBase'],
    ['ResNet50', 'resNet50', 'ResNet50'],
    ['yolo.v8', 'yoloV8', 'YoloV8'],
    ['modèle', 'modele', 'Modele'],
    ['日本', '_', '_'],
    ['__proto__', 'proto', 'Proto'],
  ];
  for (const [folder, field, prefix] of folders) {
    test(`${folder} has the field ${field} and the types ${prefix}…`, () => {
      assert.equal(camelCase(folder), field);
      assert.equal(pascalCase(folder), prefix);
    });
  }
});

describe('names of features, inputs and outputs', () => {
  const names: [string, string][] = [
    ['input:0', 'input_0'],
    ['0', '_0'],
    ['', '_'],
    ['__proto__', '_proto__'],
    ['_x', '_x'],
    ['::x', '_x'],
    ['sepal length (cm)', 'sepal_length__cm_'],
    ['sepalLength', 'sepalLength'],
    ['/model/Gemm_output', '_model_Gemm_output'],
  ];
  for (const [original, name] of names) {
    test(`${JSON.stringify(original)} becomes ${name}`, () => assert.equal(graphqlName(original), name));
  }

  test('two names that fall together are refused with both of them', () => {
    assert.throws(
      () => distinctNames(['a', 'x:0', 'x.0'], 'inputs of the model'),
      (error) => error instanceof ModelLoadError && /"x:0" and "x\.0".*"x_0"/.test(error.message),
    );
    assert.throws(() => distinctNames(['a', 'a'], 'features'), /"a" twice/);
  });

  test('a name that is given up for another one may collide with a third', () => {
    const rename = (name: string) => (name === 'meta' ? 'meta_' : name);
    assert.deepEqual(distinctNames(['meta', 'y'], 'outputs', rename), ['meta_', 'y']);
    assert.throws(() => distinctNames(['meta_', 'meta'], 'outputs', rename), /"meta_" and "meta"/);
  });
});

test('whatever the original, the name is one of GraphQL and not reserved', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom('_', 'a', 'Z', '0', '9', ':', '-', 'é', ' ') }),
      ),
      (original) => {
        for (const name of [graphqlName(original), camelCase(original), pascalCase(original)]) {
          assert.equal(assertName(name), name);
          assert.ok(!name.startsWith('__'), name);
        }
        assert.equal(graphqlName(graphqlName(original)), graphqlName(original));
      },
    ),
  );
});
