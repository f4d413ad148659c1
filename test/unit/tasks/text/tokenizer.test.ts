import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ModelLoadError } from '../../../../src/errors.ts';
import { compileTokenizer, type Tokenizer, tokenizerSchema } from '../../../../src/tasks/text/tokenizer.ts';
import { expectedTokens, tokenizerFile } from '../../../helpers/tokenizer-fixtures.ts';

function compile(name: string, changes: object = {}): Tokenizer {
  const json = JSON.parse(tokenizerFile(name).toString());
  return compileTokenizer(tokenizerSchema.parse({ ...json, ...changes }));
}

describe('tokenizers', async () => {
  const { texts, expected } = expectedTokens();
  for (const [name, { whole, cutTo8 }] of Object.entries(expected)) {
    await test(`${name}: the ids of every text are those of Hugging Face`, () => {
      const tokenizer = compile(name);
      for (const [index, text] of texts.entries()) {
        assert.deepEqual(tokenizer.encode(text, Number.POSITIVE_INFINITY).ids, whole[index], JSON.stringify(text));
      }
    });

    await test(`${name}: texts that are too long are cut as Hugging Face cuts them`, () => {
      const tokenizer = compile(name);
      const long = texts.filter((_, index) => (whole[index]?.length ?? 0) > 8);
      assert.equal(long.length, cutTo8.length);
      for (const [index, text] of long.entries()) {
        assert.deepEqual(tokenizer.encode(text, 8).ids, cutTo8[index], JSON.stringify(text));
      }
    });

    await test(`${name}: whatever the text, there are ids, as many types, and the same the second time`, () => {
      const tokenizer = compile(name);
      fc.assert(
        fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 3, max: 40 }), (text, most) => {
          const { ids, types } = tokenizer.encode(text, most);
          assert.equal(ids.length, types.length);
          assert.ok(ids.length <= most);
          assert.ok(ids.every((id) => Number.isInteger(id) && id >= 0));
          assert.deepEqual(tokenizer.encode(text, most).ids, ids);
        }),
      );
    });
  }

  await test('the end of a text is kept where the tokenizer cuts on the left', () => {
    const json = tokenizerSchema.parse(JSON.parse(tokenizerFile('wordpiece').toString()));
    const text = 'free entry in a competition';
    const whole = compileTokenizer(json).encode(text, 100).ids;
    const cut = compileTokenizer(json, true).encode(text, 6).ids;
    assert.deepEqual(cut, [whole[0], ...whole.slice(-5)]);
  });

  // Each of them was a fault of the server, or an id that no model has. Found by fuzzing.
  await test('a vocabulary or merges of what they cannot be are refused', () => {
    const json = (name: string) => JSON.parse(tokenizerFile(name).toString());
    const change = (name: string, changes: object) => compile(name, { model: { ...json(name).model, ...changes } });
    for (const entry of [null, 1, 'a', [], ['a'], [1, 2], ['a', null], ['a', '1']]) {
      const { vocab } = json('unigram-xlmr').model;
      assert.throws(() => change('unigram-xlmr', { vocab: [...vocab, entry] }), /expected a list of tokens and scores/);
    }
    for (const merge of [null, 1, [], ['a'], ['a', 1], ['a', 'b', 'c'], {}]) {
      assert.throws(
        () => change('bpe-roberta', { merges: [merge] }),
        /expected a list of merges, each of them two tokens/,
      );
    }
    for (const id of [null, '1', -1, 0.5, 2 ** 24]) {
      for (const name of ['wordpiece', 'wordlevel', 'bpe-roberta']) {
        const { vocab } = json(name).model;
        assert.throws(
          () => change(name, { vocab: { ...vocab, x: id } }),
          /expected an object of tokens and ids from 0/,
        );
      }
      assert.throws(() => compile('wordpiece', { added_tokens: [{ id, content: 'x' }] }), { name: 'ZodError' });
    }
  });

  await test('a part that is not supported is refused, with those that are', () => {
    const message = /the normalizer Nmt, which is not supported; supported are BertNormalizer, /;
    assert.throws(() => compile('wordpiece', { normalizer: { type: 'Nmt' } }), { name: 'ModelLoadError', message });
    assert.throws(() => compile('wordpiece', { pre_tokenizer: { type: 'UnicodeScripts' } }), ModelLoadError);
    assert.throws(() => compile('wordpiece', { model: { type: 'Magic', vocab: {} } }), ModelLoadError);
    assert.throws(() => compile('wordpiece', { post_processor: { type: 'constructor' } }), ModelLoadError);
  });

  await test('a tokenizer that does not fit itself is refused', () => {
    const vocab = { a: 0, b: 1, '[UNK]': 2 };
    const refused: readonly [object, RegExp][] = [
      [{ type: 'WordPiece', vocab, unk_token: '[MISSING]' }, /unk_token "\[MISSING\]", which is not in its vocabulary/],
      [{ type: 'BPE', vocab, merges: ['a b'] }, /merge to "ab", which is not in its vocabulary/],
      [{ type: 'BPE', vocab, merges: ['a b c'] }, /a merge that is no pair: "a b c"/],
      [{ type: 'Unigram', vocab: [['a', -1]], unk_id: null }, /no usable unk_id/],
      [
        { type: 'Unigram', vocab: [['a', -1]], unk_id: 0, byte_fallback: true },
        /byte_fallback, which is not supported/,
      ],
    ];
    for (const [model, message] of refused) assert.throws(() => compile('wordpiece', { model }), { message });
    const charsmap = { type: 'Precompiled', precompiled_charsmap: 'AAEAAA==' };
    assert.throws(() => compile('wordpiece', { normalizer: charsmap }), { message: /charsmap that is cut off/ });
  });

  await test('merges may be pairs or texts, and the type of an old file is seen from its parts', () => {
    const vocab = { '[UNK]': 0, a: 1, b: 2, ab: 3, '##b': 4 };
    const plain = { normalizer: null, pre_tokenizer: null, post_processor: null, added_tokens: [] };
    const ids = (model: object) => compile('wordpiece', { ...plain, model }).encode('abb', 10).ids;
    assert.deepEqual(ids({ vocab, merges: ['a b'] }), [3, 2]);
    assert.deepEqual(ids({ type: 'BPE', vocab, merges: [['a', 'b']] }), [3, 2]);
    assert.deepEqual(ids({ vocab, unk_token: '[UNK]' }), [3, 4]);
  });

  await test('a pattern of another syntax is translated, and one that has no translation is refused', () => {
    const split = (pattern: object) =>
      compile('wordlevel', { normalizer: null, pre_tokenizer: { type: 'Split', pattern, behavior: 'Removed' } });
    assert.deepEqual(split({ Regex: '\\h+' }).encode('aa00ff', 9).ids, []);
    assert.throws(() => split({ Regex: '(?<name' }), {
      name: 'ModelLoadError',
      message: /a pattern that cannot be run/,
    });
  });
});
