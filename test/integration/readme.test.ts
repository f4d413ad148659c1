import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildSchema } from 'graphql';
import { post, shippedModels, startTestGateway } from '../helpers/gateway.ts';

const page = await readFile(new URL('../../README.md', import.meta.url), 'utf8');

/** The same answer with its scores cut to digits that are the same on every processor. */
function comparable(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value));
}

test('the first screen of the README has the two commands', () => {
  const [block] = /```sh\n[\s\S]*?```/.exec(page) ?? [];
  assert.deepEqual(block?.split('\n').slice(1, -1), ['npm ci && npm start', 'npm ci && npm test']);
});

test('the query of the README gives the answer of the README', async (context) => {
  const gateway = await startTestGateway(context, shippedModels);
  const body = /curl [^']*'content-type: application\/json' -d '([^']*)'/.exec(page)?.[1] ?? '';
  const answer = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  const response = await post(gateway, body);
  assert.deepEqual(comparable(await response.text()), comparable(answer));
});

test('the command of the README for the schema prints a schema and nothing else', () => {
  const command = /```sh\n(npm run .*) > schema\.graphql\n```/.exec(page)?.[1] ?? '';
  const cwd = fileURLToPath(new URL('../../', import.meta.url));
  const output = execFileSync('sh', ['-c', command], { cwd, encoding: 'utf8' });
  assert.ok(buildSchema(output).getType('IrisInput'));
});

test('what the README links to is there', async () => {
  const links = [...page.matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => match[1] ?? '');
  assert.ok(links.length > 5);
  for (const link of links) await readFile(new URL(`../../${link}`, import.meta.url));
});
