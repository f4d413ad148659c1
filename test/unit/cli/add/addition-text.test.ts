import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { curlOf } from '../../../../src/cli/add/addition-text.ts';

test('the line for curl is one line, and a shell hands it on as it is', async () => {
  const variables = { input: { text: 'it\'s $HOME `here` \\ "quoted"\n' } };
  const line = curlOf({
    example: { query: 'query Predict {\n  a\n}', variables },
    url: 'http://127.0.0.1:4000/graphql',
  });
  assert.ok(line !== null && !line.includes('\n'));
  const { stdout } = await promisify(execFile)('sh', ['-c', line.replace(/^curl .*? -d/, "printf '%s'")]);
  assert.deepEqual(JSON.parse(stdout), { query: 'query Predict { a }', variables });
});

test('there is no line for curl where nobody can make an input up', () => {
  assert.equal(curlOf({ example: { query: '{ a }', variables: null }, url: '' }), null);
});
