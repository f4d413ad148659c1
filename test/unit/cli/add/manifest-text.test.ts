import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manifestText, schemaLine } from '../../../../src/cli/add/manifest-text.ts';
import { parseManifest } from '../../../../src/repository/manifest.ts';

const bare = { task: 'tabular-classification', features: null, labels: null, activation: null };

test('a manifest is read back as it was drafted, whatever is in the names', () => {
  const names = ['plain', 'with, comma', 'colon: here', '# no comment', 'true', '1', "it's", '[a]', '{b}', 'é"\n'];
  const features = names.map((name) => ({ keys: { name, example: name }, isPlaceholder: true }));
  const manifest = parseManifest(manifestText({ ...bare, features, labels: names, activation: 'softmax' }, true));
  assert.deepEqual(
    manifest.features?.map(({ name }) => name),
    names,
  );
  assert.deepEqual(
    manifest.features?.map(({ example }) => example),
    names,
  );
  assert.deepEqual(manifest.labels, names);
  assert.equal(manifest.outputs.activation, 'softmax');
});

test('the first line names the schema only where it leads to one', () => {
  assert.ok(manifestText(bare, true).startsWith(`${schemaLine}\n`));
  assert.ok(!manifestText(bare, false).includes(schemaLine));
});

test('labels that nobody knows are asked for in a comment', () => {
  assert.match(manifestText(bare, false), /^# labels: \[/m);
  assert.doesNotMatch(manifestText({ ...bare, task: 'tensor' }, false), /labels/);
});

test('long lists of labels have a line for each', () => {
  const labels = Array.from({ length: 40 }, (_, index) => `class ${index}`);
  assert.match(manifestText({ ...bare, labels }, false), /\nlabels:\n {2}- class 0\n {2}- class 1\n/);
});
