import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { readExamples } from '../../../../src/cli/add/examples.ts';
import { ModelLoadError } from '../../../../src/errors.ts';
import { temporaryFolder, type TestScope } from '../../../helpers/temporary-folder.ts';

async function read(scope: TestScope, text: string) {
  return await readExamples(join(await temporaryFolder(scope, { 'e.json': text }), 'e.json'));
}

suite('examples', () => {
  for (const [title, text, expected] of [
    ['a list', '[{"x": 1}]', [{ name: 'example 0', kind: 'input', values: { x: 1 } }]],
    ['one alone', '{"x": 1}', [{ name: 'example 0', kind: 'input', values: { x: 1 } }]],
    [
      'lines of JSON',
      '{"x": 1}\n\n{"x": 2}\n',
      [
        { name: 'example 0', kind: 'input', values: { x: 1 } },
        { name: 'example 1', kind: 'input', values: { x: 2 } },
      ],
    ],
    ['tensors', '[{"inputs": {"x": [1]}}]', [{ name: 'example 0', kind: 'inputs', values: { x: [1] } }]],
    ['names', '[{"name": "a", "input": {"x": 1}}]', [{ name: 'a', kind: 'input', values: { x: 1 } }]],
    ['a feature called name', '[{"name": "Ann"}]', [{ name: 'example 0', kind: 'input', values: { name: 'Ann' } }]],
    ['a feature called inputs', '[{"inputs": 3}]', [{ name: 'example 0', kind: 'input', values: { inputs: 3 } }]],
  ] as const) {
    test(`are read from ${title}`, async (context) => assert.deepEqual(await read(context, text), expected));
  }

  for (const [title, text, words] of [
    ['no JSON', '{"x": ', /^e\.json is no JSON/],
    ['an empty list', '[]', /^e\.json has no example\.$/],
    ['a list of numbers', '[1]', /^e\.json: example 0 is no object/],
  ] as const) {
    test(`are refused for ${title}`, async (context) => {
      await assert.rejects(read(context, text), (error: unknown) => {
        assert.ok(error instanceof ModelLoadError);
        assert.match(error.message, words);
        return true;
      });
    });
  }
});
