import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { ModelLoadError } from '../../../src/errors.ts';
import { readTokenizer } from '../../../src/tasks/text/tokenizer-files.ts';
import { assertNothingInside } from '../../helpers/error-form.ts';
import { shippedModels } from '../../helpers/gateway.ts';
import { tokenizerFile } from '../../helpers/tokenizer-fixtures.ts';
import { byteEdit, mutateBytes, mutationOf } from '../mutations/bytes.ts';
import { jsonEdit, mutateJson } from '../mutations/json.ts';
import { throwing, type FuzzTarget } from '../target.ts';

const names = [
  'bpe-byte-fallback',
  'bpe-prefix',
  'bpe-roberta',
  'bpe-split',
  'unigram-albert',
  'unigram-xlmr',
  'wordlevel',
  'wordlevel-split',
  'wordpiece',
  'wordpiece-cased',
];
const bytes = Object.fromEntries(names.map((name) => [name, tokenizerFile(name)]));
const whole: Readonly<Record<string, unknown>> = Object.fromEntries(
  names.map((name) => [name, JSON.parse(String(bytes[name]))]),
);
/** All but the vocabulary, in which most edits would land. */
const parts = Object.fromEntries(
  Object.entries(whole).map(([name, file]) => {
    const { model, ...rest } = file as { readonly model: Readonly<Record<string, unknown>> };
    const { vocab: _vocab, merges: _merges, ...settings } = model;
    return [name, { ...rest, model: settings }];
  }),
);
const configs = {
  config: JSON.parse(readFileSync(join(shippedModels, 'spamTransformer/1/tokenizer_config.json'), 'utf8')) as unknown,
};
const keys = [
  'type',
  'model',
  'normalizer',
  'pre_tokenizer',
  'post_processor',
  'added_tokens',
  'truncation',
  'padding',
  'normalizers',
  'pretokenizers',
  'pattern',
  'Regex',
  'String',
  'content',
  'behavior',
  'vocab',
  'merges',
  'unk_token',
  'unk_id',
  'max_input_chars_per_word',
  'byte_fallback',
  'single',
  'special_tokens',
  'ids',
  'direction',
  'pad_id',
  'max_length',
  'precompiled_charsmap',
];
const sample = [
  '',
  'Free entry in 2 a wkly comp!',
  ' \t\n',
  'na\u00EFve \u00C5ngstr\u00F6m \u{1F600} [MASK] <s>',
  'a'.repeat(300),
  '\u3042\u0E01\u0301\u200D',
  '\uD800',
];

/** The files from which tokenizers are made, and what the tokenizers then do. */
export const tokenizerFiles: FuzzTarget = {
  name: 'tokenizer files',
  about:
    'tokenizer.json of ten kinds and tokenizer_config.json, spoilt as bytes and by their values; what is taken must tokenize',
  casesInTests: 150,
  share: 60,
  open: async () =>
    throwing({
      cases: fc.oneof(
        fc.record({ as: fc.constant('bytes' as const), mutation: mutationOf(bytes, byteEdit(bytes), 3) }),
        {
          weight: 2,
          arbitrary: fc.record({ as: fc.constant('values' as const), mutation: mutationOf(whole, jsonEdit(keys), 4) }),
        },
        {
          weight: 4,
          arbitrary: fc.record({ as: fc.constant('parts' as const), mutation: mutationOf(parts, jsonEdit(keys), 4) }),
        },
        fc.record({
          as: fc.constant('config' as const),
          mutation: mutationOf(configs, jsonEdit(['pad_token', 'model_max_length', 'content'])),
        }),
      ),
      check: (each) => {
        const files = new Map<string, Buffer>([['tokenizer.json', tokenizerFile('wordpiece')]]);
        if (each.as === 'config') files.set('tokenizer_config.json', Buffer.from(mutateJson(configs, each.mutation)));
        else if (each.as === 'bytes') files.set('tokenizer.json', Buffer.from(mutateBytes(bytes, each.mutation)));
        else if (each.as === 'values') files.set('tokenizer.json', Buffer.from(mutateJson(whole, each.mutation)));
        else
          files.set(
            'tokenizer.json',
            Buffer.from(withVocabulary(mutateJson(parts, each.mutation), each.mutation.seed)),
          );
        try {
          const read = readTokenizer(files);
          assert.ok(read !== null);
          for (const text of sample) {
            const { ids, types } = read.tokenizer.encode(text, 64);
            assert.equal(ids.length, types.length);
            for (const id of ids) assert.ok(Number.isSafeInteger(id) && id >= 0, `the id ${String(id)}`);
          }
          return `${each.as}: read`;
        } catch (error) {
          if (!(error instanceof ModelLoadError)) throw error;
          assertNothingInside(error.message);
          return `${each.as}: refused`;
        }
      },
    }),
};

/** The text of a tokenizer with the vocabulary of its seed, where it still has a model to put it into. */
function withVocabulary(text: string, seed: string): string {
  const { vocab, merges } = (whole[seed] as { readonly model: Readonly<Record<string, unknown>> }).model;
  const inner = `"vocab":${JSON.stringify(vocab)}${merges === undefined ? '' : `,"merges":${JSON.stringify(merges)}`}`;
  return text.replace('"model":{', `"model":{${inner},`).replace(`${inner},}`, `${inner}}`);
}
