import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { wordsOf } from '../../../../src/cli/add/model-words.ts';

/** What is read of metadata with these entries. */
function read(metadata: Readonly<Record<string, string>>, config?: string) {
  const entries = Object.entries(metadata).map(([key, value]) => ({ key, value }));
  return wordsOf({ metadata: entries }, config === undefined ? undefined : Buffer.from(config));
}

suite('names in the metadata of a model', () => {
  for (const [title, metadata, features] of [
    ['a JSON list', { feature_names: '["a (cm)", "b"]' }, ['a (cm)', 'b']],
    ['what Python prints of a list', { Features: "['a', 'b']" }, ['a', 'b']],
    ['words with commas', { columns: 'a, b,c' }, ['a', 'b', 'c']],
    ['the first of several keys', { columns: '[c]', feature_names: '[a]' }, ['a']],
    ['no text that is no list', { features: 'see the paper' }, null],
    ['no list with a name twice', { features: '[a, a]' }, null],
    ['no list of lists', { features: '[[a], [b]]' }, null],
    ['no list without names', { features: '[]' }, null],
    ['no YAML that cannot be read', { features: '[a, {' }, null],
  ] as const) {
    test(`are read from ${title}`.replace('from no', 'from nothing else: no'), () => {
      assert.deepEqual(read(metadata).features, features);
    });
  }

  for (const [title, metadata, labels] of [
    ['a mapping as JSON', { id2label: '{"0": "ham", "1": "spam"}' }, ['ham', 'spam']],
    ['what Python prints of a mapping', { names: "{0: 'person', 1: 'motor bike'}" }, ['person', 'motor bike']],
    ['a mapping in another order', { id2label: '{"1": "b", "0": "a"}' }, ['a', 'b']],
    ['numbers', { classes: '[1, 2, 3]' }, ['1', '2', '3']],
  ] as const) {
    test(`are labels from ${title}`, () => assert.deepEqual(read(metadata).labels, labels));
  }

  test('are no labels where a number between has none', () => {
    assert.equal(read({ id2label: '{"0": "a", "2": "b"}' }).labels, null);
  });
});

suite('config.json', () => {
  test('names the classes where the metadata does not', () => {
    const config = JSON.stringify({ id2label: { 0: 'ham', 1: 'spam' } });
    assert.deepEqual(read({}, config).labels, ['ham', 'spam']);
    assert.deepEqual(read({ labels: 'a,b' }, config).labels, ['a', 'b']);
  });

  test('says whether several classes may hold at once', () => {
    assert.equal(read({}, '{"problem_type": "multi_label_classification"}').isMultiLabel, true);
    assert.equal(read({}, '{"problem_type": null}').isMultiLabel, false);
  });

  test('that is no JSON says nothing here; the task refuses it', () => {
    assert.deepEqual(read({}, '{"id2label": {'), { features: null, labels: null, isMultiLabel: false });
  });
});
