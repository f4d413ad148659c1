import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isEnumType } from 'graphql';
import { generatedPages } from '../../scripts/generated-pages.ts';
import { errorTable } from '../../src/errors.ts';
import { buildStaticSchema } from '../../src/graphql/static-schema.ts';

for (const { path, content } of generatedPages()) {
  test(`${path} is what npm run docs makes of the code`, () => {
    assert.equal(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'), content);
  });
}

test('the error table, its page and the enum of the schema name the same codes', () => {
  const codes = Object.keys(errorTable);
  const type = buildStaticSchema().schema.getType('ErrorCode');
  assert.ok(isEnumType(type));
  assert.deepEqual(
    type.getValues().map(({ name }) => name),
    codes,
  );
  const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const onPage = [...page.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, code]) => code);
  assert.deepEqual(onPage, codes);
});
