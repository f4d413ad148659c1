import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bindText, type TextRow } from '../../../../src/tasks/text/text-input.ts';
import { textClassification } from '../../../../src/tasks/text-classification.ts';
import type { RowPort } from '../../../../src/tasks/row-signature.ts';
import { refusal } from '../../../helpers/refusal.ts';
import { taskContext } from '../../../helpers/shared-types.ts';
import { tokenizerFile } from '../../../helpers/tokenizer-fixtures.ts';

const scores: readonly RowPort[] = [{ name: 'logits', datatype: 'FP32', shape: [2] }];
const string: readonly RowPort[] = [{ name: 'sms', datatype: 'BYTES', shape: [1] }];

function tokens(length: number | string, names = ['input_ids', 'attention_mask']): readonly RowPort[] {
  return names.map((name) => ({ name, datatype: 'INT64', shape: [length] }));
}

function bind(inputs: readonly RowPort[], text: object = {}, files: Readonly<Record<string, object>> = {}) {
  const buffers = Object.entries(files).map(([name, content]): [string, Buffer] => [
    name,
    Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content)),
  ]);
  const manifest = { task: 'text-classification', text };
  return bindText(taskContext(inputs, scores, manifest, new Map(buffers)));
}

const wordpiece = { 'tokenizer.json': tokenizerFile('wordpiece') };

async function encode(bound: ReturnType<typeof bind>, text: unknown): Promise<TextRow> {
  return bound.encode({ text });
}

async function numbers(bound: ReturnType<typeof bind>, text: string): Promise<Record<string, number[]>> {
  const { tensors } = await encode(bound, text);
  return Object.fromEntries([...tensors].map(([name, { data }]) => [name, Array.from(data as BigInt64Array, Number)]));
}

describe('a graph that takes the text itself', async () => {
  await test('a text is one string, in the shape that the graph has', async () => {
    const { tensors, about } = await encode(bind(string), 'hello');
    assert.deepEqual(tensors.get('sms'), { datatype: 'BYTES', shape: [1], data: ['hello'] });
    assert.equal(about.tokenCount, null);
    const scalar = bind([{ name: 'sms', datatype: 'BYTES', shape: [] }]);
    assert.deepEqual((await encode(scalar, '')).tensors.get('sms')?.shape, []);
  });

  await test('what a runtime would cut or cannot carry is refused', () => {
    const bound = bind(string);
    for (const text of ['a\0b', '\ud83d', 'x\udc00']) {
      assert.throws(() => bound.encode({ text }), refusal('INVALID_TEXT', 'text', /without NUL/));
    }
    assert.throws(() => bound.encode({}), refusal('MISSING', 'text'));
    assert.throws(() => bound.encode({ text: 5 }), refusal('WRONG_TYPE', 'text'));
    assert.throws(() => bound.encode({ text: 'a', sms: 'a' }), refusal('UNKNOWN_NAME', 'sms'));
  });

  await test('a text that is too long is refused with both lengths', () => {
    const bound = bind(string, { maxCharacters: 5 });
    assert.throws(
      () => bound.encode({ text: 'abcdef' }),
      refusal('WRONG_LENGTH', 'text', /expected at most 5 characters, got 6 characters/),
    );
    assert.throws(() => bind(string).encode({ text: 'a'.repeat(20_001) }), refusal('WRONG_LENGTH', 'text'));
  });

  await test('what only tokens have is refused', () => {
    assert.throws(() => bind(string, { maxTokens: 8 }), { name: 'ModelLoadError', message: /say text.maxCharacters/ });
  });
});

describe('a graph that takes tokens', async () => {
  await test('each input gets what its name says, and a text its own length', async () => {
    const bound = bind(tokens('s', ['input_ids', 'attention_mask', 'token_type_ids', 'position_ids']), {}, wordpiece);
    const { input_ids: ids = [], ...rest } = await numbers(bound, 'free entry');
    assert.equal(ids[0], 2);
    assert.equal(ids.at(-1), 3);
    assert.deepEqual(rest, {
      attention_mask: ids.map(() => 1),
      token_type_ids: ids.map(() => 0),
      position_ids: ids.map((_, index) => index),
    });
    assert.equal((await encode(bound, 'free entry')).about.tokenCount, ids.length);
    assert.deepEqual(
      [...(bound.padding ?? [])].map(([name, value]) => [name, value]),
      [
        ['input_ids', 0],
        ['attention_mask', 0],
        ['token_type_ids', 0],
        ['position_ids', 0],
      ],
    );
  });

  await test('a fixed number of tokens is filled up with the padding of the tokenizer', async () => {
    const inputs = tokens(6).map((port): RowPort => ({ ...port, datatype: 'INT32' }));
    const bound = bind(inputs, {}, { 'tokenizer.json': tokenizerFile('bpe-roberta') });
    const row = await numbers(bound, 'a');
    assert.deepEqual(row['attention_mask'], [1, 1, 1, 0, 0, 0]);
    assert.deepEqual(row['input_ids']?.slice(2), [2, 1, 1, 1]);
    assert.equal((await encode(bound, 'a')).tensors.get('input_ids')?.datatype, 'INT32');
    assert.equal((await encode(bound, 'a')).about.tokenCount, 3);
    assert.equal(bound.padding, undefined);
    const long = await numbers(bound, 'a b c d e f g h i');
    assert.deepEqual(long['attention_mask'], [1, 1, 1, 1, 1, 1]);
    assert.equal(long['input_ids']?.[5], 2);
  });

  await test('the least of the known limits is the most tokens', async () => {
    const cased = { 'tokenizer.json': tokenizerFile('wordpiece-cased') };
    const limit = async (...parameters: Parameters<typeof bind>) =>
      (await numbers(bind(...parameters), 'x '.repeat(2000)))['input_ids']?.length;
    assert.equal(await limit(tokens('s'), {}, cased), 512);
    assert.equal(await limit(tokens('s'), {}, wordpiece), 64);
    assert.equal(await limit(tokens('s'), { maxTokens: 10 }, wordpiece), 10);
    assert.equal(await limit(tokens('s'), { maxTokens: 100 }, wordpiece), 64);
    assert.equal(await limit(tokens(32), { maxTokens: 100 }, wordpiece), 32);
    assert.equal(await limit(tokens('s'), {}, { ...cased, 'tokenizer_config.json': { model_max_length: 77 } }), 77);
    assert.equal(await limit(tokens('s'), {}, { ...cased, 'tokenizer_config.json': { model_max_length: 1e30 } }), 512);
  });

  await test('lone surrogates are refused, NUL is not', async () => {
    const bound = bind(tokens('s'), {}, wordpiece);
    assert.throws(() => bound.encode({ text: 'a\ud800' }), refusal('INVALID_TEXT', 'text', /lone surrogates/));
    assert.deepEqual(await numbers(bound, 'a\0b'), await numbers(bound, 'ab'));
  });

  await test('an empty text is its special tokens, and refused where there are none', async () => {
    assert.deepEqual((await numbers(bind(tokens('s'), {}, wordpiece), ''))['input_ids'], [2, 3]);
    const bare = bind(tokens('s'), {}, { 'tokenizer.json': tokenizerFile('bpe-prefix') });
    assert.throws(() => bare.encode({ text: '' }), refusal('INVALID_TEXT', 'text', /finds something/));
  });

  await test('rows without a mask, or filled up to the left, share no call with longer ones', () => {
    assert.equal(bind(tokens('s', ['input_ids']), {}, wordpiece).padding, undefined);
    const left = { ...wordpiece, 'tokenizer_config.json': { padding_side: 'left' } };
    const json = JSON.parse(tokenizerFile('wordpiece').toString());
    const alone = { ...left, 'tokenizer.json': { ...json, padding: null } };
    assert.equal(bind(tokens('s'), {}, alone).padding, undefined);
    assert.throws(() => bind(tokens(8), {}, alone), { message: /fills texts up to the left/ });
  });

  await test('long texts take turns, and each becomes its own row', async () => {
    const bound = bind(tokens('s'), {}, wordpiece);
    const texts = ['a '.repeat(9000), 'b '.repeat(9000), 'c', 'd '.repeat(9000)];
    const rows = texts.map((text) => bound.encode({ text }));
    assert.deepEqual(
      rows.map((row) => row instanceof Promise),
      [false, true, true, true],
    );
    const ids = (await Promise.all(rows.map(async (row) => row))).map(
      ({ tensors }) => tensors.get('input_ids')?.data[1],
    );
    assert.equal(new Set(ids).size, 4);
  });
});

describe('what does not fit is refused when the model is loaded', async () => {
  const refused: readonly [string, () => unknown, RegExp][] = [
    ['no tokenizer', () => bind(tokens('s')), /there is no tokenizer.json: put the one/],
    [
      'an unknown input',
      () => bind(tokens('s', ['input_ids', 'bbox']), {}, wordpiece),
      /takes "bbox" INT64 \[s\] as well/,
    ],
    ['no input of tokens', () => bind(tokens('s', ['a', 'b']), {}, wordpiece), /neither one string nor input_ids/],
    ['an input that is not there', () => bind(string, { input: 'x' }), /says text.input: x, and the model takes "sms"/],
    ['a string and more', () => bind([...string, ...scores]), /takes one string and nothing else/],
    ['several strings', () => bind([{ name: 'sms', datatype: 'BYTES', shape: [3] }]), /of shape \[3\] in each row/],
    ['floats', () => bind([{ name: 'input_ids', datatype: 'FP32', shape: ['s'] }], {}, wordpiece), /takes FP32/],
    ['tables', () => bind([{ name: 'input_ids', datatype: 'INT64', shape: ['a', 'b'] }], {}, wordpiece), /one list/],
    [
      'other lengths',
      () => bind([...tokens(3, ['input_ids']), ...tokens(4, ['attention_mask'])], {}, wordpiece),
      /different numbers/,
    ],
    [
      'no room',
      () => bind(tokens('s'), { maxTokens: 2 }, wordpiece),
      /may have 2 tokens, and the tokenizer puts 2 around/,
    ],
    [
      'half a file',
      () => bind(tokens('s'), {}, { 'tokenizer.json': Buffer.from('{"model":') }),
      /tokenizer.json is no JSON/,
    ],
    [
      'another file',
      () => bind(tokens('s'), {}, { 'tokenizer.json': { model: 5 } }),
      /tokenizer.json is not as it should be: /,
    ],
    [
      'an example',
      () => bind(string, { maxCharacters: 3, example: 'long' }),
      /example of the feature "text" is "long"/,
    ],
  ];
  for (const [what, attempt, message] of refused) {
    await test(what, () => {
      assert.throws(attempt, { name: 'ModelLoadError', message });
    });
  }
});

await test('the description says how long a text may be, and ends with the example', () => {
  const bound = bind(tokens('s'), { example: 'Win a prize!' }, wordpiece);
  const description =
    'The text, at most 20000 characters, of which the model reads the first 64 tokens. Example: "Win a prize!".';
  assert.equal(bound.features[0]?.description, description);
  assert.equal(bound.inputType.getFields()['text']?.description, description);
  assert.equal(String(bound.inputType.getFields()['text']?.type), 'String!');
  assert.deepEqual(textClassification.reads, ['tokenizer.json', 'tokenizer_config.json', 'config.json']);
});
