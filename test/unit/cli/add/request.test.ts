import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type AddFlags, readAddRequest } from '../../../../src/cli/add/request.ts';
import { OptionsError } from '../../../../src/config/options.ts';

const options = { models: '/models', host: '127.0.0.1', port: 4000 };

suite('a request to add a model', () => {
  test('has absolute paths, lists and numbers', () => {
    const { source, version, asked, beside, url } = readAddRequest('/a/m.onnx', options, {
      version: '3',
      features: 'a, b',
      with: ['/x/tokenizer.json'],
    });
    assert.deepEqual([source, version, beside], ['/a/m.onnx', 3, ['/x/tokenizer.json']]);
    assert.deepEqual(asked, { task: null, features: ['a', 'b'], labels: null });
    assert.equal(url, 'http://127.0.0.1:4000/graphql');
  });

  test('names a host that can be asked, for a server that listens everywhere', () => {
    assert.equal(readAddRequest('m', { ...options, host: '0.0.0.0' }, {}).url, 'http://127.0.0.1:4000/graphql');
  });

  for (const [title, flags, words] of [
    ['a name that no model can have', { name: 'a b' }, /option --name: .*\(got "a b"\)/],
    ['a hidden name', { name: '.a' }, /option --name/],
    ['a version with a zero before it', { version: '01' }, /option --version: must be a whole number from 1/],
    ['a version of zero', { version: '0' }, /option --version/],
    ['a list with a gap', { features: 'a,,b' }, /option --features/],
    ['a list with a name twice', { labels: 'a,a' }, /option --labels: names "a" twice/],
    ['examples and golden examples', { examples: 'a', golden: 'b' }, /option --examples.*give one/],
    ['two files of one name', { with: ['a/x.json', 'b/x.json'] }, /option --with.*"x\.json"/],
  ] as const satisfies readonly (readonly [string, AddFlags, RegExp])[]) {
    test(`is refused for ${title}`, () => {
      assert.throws(
        () => readAddRequest('m.onnx', options, flags),
        (error) => {
          assert.ok(error instanceof OptionsError);
          assert.match(error.message, words);
          return true;
        },
      );
    });
  }
});
