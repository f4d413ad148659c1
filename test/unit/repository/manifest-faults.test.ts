import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ModelLoadError } from '../../../src/errors.ts';
import { manifestSchema, parseManifest } from '../../../src/repository/manifest.ts';

/** The message with which a manifest is refused. */
function refusal(text: string): string {
  try {
    parseManifest(text);
  } catch (error) {
    assert.ok(error instanceof ModelLoadError);
    return error.message;
  }
  return assert.fail('The manifest was accepted.');
}

const keys = Object.keys(manifestSchema.shape).join(', ');
const featureKeys = 'name, input, description, unit, type, min, max, categories, nullable, missing, example';
const batchingKeys = 'enabled, axis, maxBatchSize, maxBatchTokens, padding, maxDelayMs, maxQueueRows';
const nameOfLabel = 'a name that begins with a letter or "_" and goes on with letters, digits, "_", "." and "-"';
const nothing = 'nothing: give it a value, or leave it out';

type Faults = Readonly<Record<string, readonly [text: string, words: string]>>;

/** What must be said after the name of the file. */
const faults: Readonly<Record<string, Faults>> = {
  'a key that nobody reads': {
    'which is misspelt': [
      'tsak: tensor',
      `line 1: there is no key "tsak" here; did you mean task? The keys here are ${keys}.`,
    ],
    'as others write it': [
      'batching:\n  max_batch_size: 8',
      `line 2: batching: there is no key "max_batch_size" here; did you mean maxBatchSize? The keys here are ${batchingKeys}.`,
    ],
    'of a feature': [
      'features:\n  - name: a\n    unit: cm\n    range: [0, 1]',
      `line 4: features[0]: there is no key "range" here. The keys here are ${featureKeys}.`,
    ],
    'which belongs further down': [
      'maxBatchSize: 8',
      `line 1: there is no key "maxBatchSize" here; did you mean batching.maxBatchSize? The keys here are ${keys}.`,
    ],
    'which belongs further up': [
      'batching:\n  instances: 2',
      `line 2: batching: there is no key "instances" here; did you mean instances at the top of the manifest? The keys here are ${batchingKeys}.`,
    ],
    'which every object has': [
      '__proto__: { task: tensor }',
      `line 1: there is no key "__proto__" here. The keys here are ${keys}.`,
    ],
    'which is a list': ['? [a]\n: b', `line 1: there is no key "[ a ]" here. The keys here are ${keys}.`],
    'which YAML 1.1 had': [
      'batching:\n  <<: { enabled: true }',
      `line 2: batching: there is no key "<<" here. The keys here are ${batchingKeys}.`,
    ],
  },
  'a value of the wrong type': {
    'text for a number': [
      'task: tensor\ntimeoutMs: 30s',
      'line 2: timeoutMs: expected a whole number from 1 to 3600000, got "30s".',
    ],
    'text for true or false': [
      'batching: { enabled: yes }',
      'line 1: batching.enabled: expected true or false, got "yes".',
    ],
    'a number for text': ['title: 1.0', 'line 1: title: expected text, got 1; put it in quotes, "1.0".'],
    'true for text': [
      'labels:\n  - a\n  - true',
      'line 3: labels[1]: expected text, got true; put it in quotes, "true".',
    ],
    'a list for a value': [
      'features:\n  - { name: a, missing: [] }',
      'line 2: features[0].missing: expected a number, text, true or false, got [].',
    ],
    'text for a list': ['labels: a, b', 'line 1: labels: expected a list of one item or more, each text, got "a, b".'],
    'a mapping for a list': [
      'features:\n  name: a',
      'line 1: features: expected a list of one item or more, each a mapping, got {"name":"a"}.',
    ],
    'a list for a mapping': [
      'batching:\n  - enabled',
      `line 1: batching: expected a mapping with some of the keys ${batchingKeys}, got ["enabled"].`,
    ],
    'a list for the whole': ['- task', `line 1: expected a mapping with some of the keys ${keys}, got ["task"].`],
    'text for the whole': ['tensor', `line 1: expected a mapping with some of the keys ${keys}, got "tensor".`],
    'nothing for a mapping': [
      'task: tensor\nbatching:\n',
      `line 2: batching: expected a mapping with some of the keys ${batchingKeys}, got ${nothing}.`,
    ],
    'null for text': ['title: null', `line 1: title: expected text, got ${nothing}.`],
    'a label without a version': [
      'versions: { labels: { stable: } }',
      `line 1: versions.labels.stable: expected a whole number from 1, got ${nothing}.`,
    ],
  },
  'a value out of range': {
    'too small': [
      'batching: { maxBatchSize: 0 }',
      'line 1: batching.maxBatchSize: expected a whole number from 1, got 0.',
    ],
    'too large': ['instances: 65', 'line 1: instances: expected a whole number from 1 to 64, got 65.'],
    'too large in two ways': [
      'timeoutMs: 1e99',
      'line 1: timeoutMs: expected a whole number from 1 to 3600000, got 1e+99.',
    ],
    'no whole number': ['threads: 1.5', 'line 1: threads: expected a whole number from 1 to 256, got 1.5.'],
    'no number': [
      'batching: { maxDelayMs: .nan }',
      'line 1: batching.maxDelayMs: expected a number from 0 to 1000, got NaN.',
    ],
    infinite: ['features:\n- name: a\n  max: .inf', 'line 3: features[0].max: expected a number, got Infinity.'],
    'an unknown word': [
      'outputs: { activation: relu }',
      'line 1: outputs.activation: expected none, softmax or sigmoid, got "relu".',
    ],
    'a list that is too short': [
      'labels: []',
      'line 1: labels: expected a list of one item or more, each text, got [].',
    ],
    'an empty list': ['features: []', 'line 1: features: expected a list of one item or more, each a mapping, got [].'],
    'an unknown policy': [
      'versions: { serve: newest }',
      'line 1: versions.serve: expected latest, all or a list of one item or more, each a whole number from 1, got "newest".',
    ],
    'a version that cannot be': [
      'versions:\n  serve:\n    - 1\n    - 0',
      'line 4: versions.serve[1]: expected a whole number from 1, got 0.',
    ],
  },
  'a name': {
    'that is a number': [
      'versions: { labels: { 2: 2 } }',
      `line 1: versions.labels: expected ${nameOfLabel}, got "2".`,
    ],
    'with a blank': [
      'versions:\n  labels:\n    in test: 2',
      `line 3: versions.labels: expected ${nameOfLabel}, got "in test".`,
    ],
    'that is missing': [
      'features:\n  - name: a\n  - unit: cm',
      'line 3: features[1]: the key "name" is missing; expected text that is not empty.',
    ],
    'that is empty': ['features: [{ name: "" }]', 'line 1: features[0].name: expected text that is not empty, got "".'],
  },
  'YAML that is none or says too much': {
    'a key twice': [
      'task: tensor\ntitle: a\n"task": tensor',
      'line 3: the key "task" is there a second time; keep one of the two.',
    ],
    'a label twice': [
      'versions: { labels: { a: 1, a: 2 } }',
      'line 1: the key "a" is there a second time; keep one of the two.',
    ],
    'a list without an end': [
      'labels: [a, b\n',
      'line 1: "labels: [a, b" cannot be read: a list that begins with [ or a mapping that begins with { has no end.',
    ],
    'quotes without an end': ['title: "x\n', 'line 1: "title: \\"x" cannot be read: quotes are opened and not closed.'],
    'a colon in text': [
      'task: tensor\ndescription: Irises: three species',
      'line 2: "description: Irises: three species" cannot be read: the line after it is indented too deeply, or its text has ": " in it and belongs in quotes.',
    ],
    'a line that is indented too far': [
      'task: tensor\n  title: x',
      'line 1: "task: tensor" cannot be read: the line after it is indented too deeply, or its text has ": " in it and belongs in quotes.',
    ],
    'a line that is indented too little': [
      'batching:\n    enabled: true\n  axis: auto',
      'line 3: "axis: auto" cannot be read: it is not indented as the lines before it.',
    ],
    'a tab': [
      'batching:\n\tenabled: true',
      'line 2: "enabled: true" cannot be read: it is indented with a tab, and YAML takes only blanks.',
    ],
    'a character that YAML keeps for itself': [
      'title: @home',
      'line 1: "title: @home" cannot be read: text that begins with this character belongs in quotes.',
    ],
    'a line without a colon': [
      'task: tensor\ntitle',
      'line 2: "title" cannot be read: a key needs a colon, a blank and a value, and text of several lines its own indentation.',
    ],
    'two documents': [
      'task: tensor\n---\ntitle: x',
      'line 2: "---" cannot be read: a second document begins here, and a manifest is a single one.',
    ],
    'a tag that nobody knows': [
      'task: !python/object tensor',
      'line 1: "task: !python/object tensor" cannot be read: Unresolved tag: !python/object.',
    ],
    'an alias of nothing': [
      'task: tensor\ntitle: *a',
      'line 2: its aliases (*name) cannot be followed: write the values out. (Unresolved alias (the anchor must be set before the alias): a)',
    ],
  },
};

for (const [kind, table] of Object.entries(faults)) {
  suite(`A manifest is refused with line, value and what is allowed: ${kind}`, () => {
    for (const [title, [text, words]] of Object.entries(table)) {
      test(title, () => assert.equal(refusal(text), `model.yaml, ${words}`));
    }
  });
}

suite('A manifest with several faults', () => {
  test('has a sentence for each', () => {
    assert.equal(
      refusal('instances: 0\nthreads: 0\n'),
      'model.yaml, line 1: instances: expected a whole number from 1 to 64, got 0. ' +
        'model.yaml, line 2: threads: expected a whole number from 1 to 256, got 0.',
    );
  });

  test('has sentences for the first eight and the number of the others', () => {
    const message = refusal(`labels: [${Array(500).fill(1).join(', ')}]`);
    assert.equal(message.match(/expected text/g)?.length, 8);
    assert.match(message, / There are 492 more faults\.$/);
  });

  test('shows a long value in short', () => {
    assert.ok(refusal(`task: { a: ${'x'.repeat(1000)} }`).length < 200);
  });
});

suite('A manifest with aliases', () => {
  test('is read with what they stand for', () => {
    assert.deepEqual(parseManifest('title: &text Iris\ndescription: *text\n').description, 'Iris');
  });

  test('is told the line of the value that does not fit', () => {
    assert.equal(
      refusal('labels: [a, b]\nfeatures:\n  - name: &name 1\n  - name: *name\n'),
      'model.yaml, line 3: features[0].name: expected text that is not empty, got 1; put it in quotes, "1". ' +
        'model.yaml, line 4: features[1].name: expected text that is not empty, got 1.',
    );
  });

  test('that grow without end is refused', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x,x]'];
    for (let level = 1; level < 10; level += 1) {
      const name = String.fromCharCode(97 + level);
      const below = `*${String.fromCharCode(96 + level)}`;
      bomb.push(`${name}: &${name} [${Array(10).fill(below).join(',')}]`);
    }
    assert.match(
      refusal(bomb.join('\n')),
      /^model\.yaml: its aliases \(\*name\) cannot be followed: write the values out\./,
    );
  });

  test('that contain themselves is refused', () => {
    assert.equal(
      refusal('features: &all [*all]'),
      'model.yaml, line 1: features[0]: expected a mapping with some of the keys ' +
        `${featureKeys}, got a list of 1 values.`,
    );
    assert.match(refusal('other: &all [*all]'), /there is no key "other" here/);
  });
});

test('Lists that are nested a hundred thousand deep are refused like any other', () => {
  assert.match(refusal(`labels: ${'['.repeat(100_000)}`), /^model\.yaml, line 1: /);
});
