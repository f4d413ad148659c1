import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { isEnumType, type GraphQLObjectType } from 'graphql';
import { z } from 'zod';
import { buildStaticSchema } from '../../src/graphql/static-schema.ts';
import { parseManifest } from '../../src/repository/manifest.ts';
import { manifestFormat, tasks } from '../../src/tasks/index.ts';

interface ManifestKey {
  readonly key: string;
  readonly fallback: unknown;
  readonly allowed: readonly unknown[];
}

/** The leaves of the manifest's schema: `batching.maxBatchSize`, `features[].name`. */
function manifestKeys(schema: z.core.JSONSchema.JSONSchema, prefix = ''): ManifestKey[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, value]) => {
    if (typeof value === 'boolean') return [];
    const key = `${prefix}${name}`;
    if (value.properties !== undefined) return manifestKeys(value, `${key}.`);
    const own = { key, fallback: value.default, allowed: value.enum ?? [] };
    const items = value.items;
    if (items === undefined || typeof items === 'boolean' || Array.isArray(items)) return [own];
    return [own, ...manifestKeys(items, `${key}[].`)];
  });
}

function fieldsOf(type: GraphQLObjectType | null | undefined): object {
  return type?.getFields() ?? assert.fail('The schema has the type.');
}

/** The first code block of a language. */
function codeBlock(page: string, language: string): string {
  const block = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(page)?.[1];
  assert.ok(block !== undefined, `the page has a block of ${language}`);
  return block;
}

suite('docs/model-repository.md', async () => {
  const page = await readFile(new URL('../../docs/model-repository.md', import.meta.url), 'utf8');
  const keys = manifestKeys(z.toJSONSchema(manifestFormat, { io: 'input' }));
  const rows = new Map([...page.matchAll(/^\| `([^`]+)` +\|.*$/gm)].map(([line, key]) => [key ?? '', line] as const));

  test('has a row for every key of the manifest', () => {
    assert.ok(keys.length > 25, 'the schema was read');
    assert.deepEqual(
      keys.filter(({ key }) => !rows.has(key)).map(({ key }) => key),
      [],
    );
  });

  test('has no row for a key that the manifest lacks', () => {
    const [manifest] = page.split('## Golden examples');
    const documented = [...(manifest ?? '').matchAll(/^\| `([^`]+)` +\|/gm)].map((match) => match[1]);
    assert.deepEqual(new Set(documented), new Set(keys.map(({ key }) => key)));
  });

  for (const { key, fallback, allowed } of keys) {
    if (fallback !== undefined && typeof fallback !== 'object') {
      test(`gives the default of ${key}`, () => {
        assert.equal(rows.get(key)?.split('|')[3]?.trim(), `\`${JSON.stringify(fallback).replaceAll('"', '')}\``);
      });
    }
    if (allowed.length > 0) {
      test(`lists the values of ${key}`, () => {
        assert.equal(rows.get(key)?.split('|')[2]?.trim(), allowed.map((value) => `\`${String(value)}\``).join(', '));
      });
    }
  }

  test('names every task', () => {
    for (const task of Object.keys(tasks)) assert.ok(rows.get('task')?.includes(`\`${task}\``), task);
  });

  test('has every state that a version can have, and every mutation', () => {
    const [, life = ''] = page.split('## The life of a version');
    const first = [...life.matchAll(/^\| `(\w+)/gm)].map(([, name]) => name ?? '');
    const { schema } = buildStaticSchema();
    const phases = schema.getType('VersionPhase');
    assert.ok(isEnumType(phases));
    const expected = [
      ...phases.getValues().map(({ name }) => name),
      // The log has a page of its own.
      ...Object.keys(fieldsOf(schema.getMutationType())).filter((name) => name !== 'setLogLevel'),
    ];
    assert.deepEqual(first.toSorted(), expected.toSorted());
  });

  test('shows a manifest that is accepted', () => {
    assert.equal(parseManifest(codeBlock(page, 'yaml')).features?.length, 4);
  });

  test('shows golden examples that are those of the shipped titanic model', async () => {
    const shipped = JSON.parse(
      await readFile(new URL('../../models/titanic/1/golden.json', import.meta.url), 'utf8'),
    ) as { examples: { inputs: object; outputs: object }[] };
    const shown = JSON.parse(codeBlock(page, 'json')) as typeof shipped;
    const [example] = shown.examples;
    const same = shipped.examples.find(({ inputs }) => JSON.stringify(inputs) === JSON.stringify(example?.inputs));
    assert.deepEqual(same?.outputs, example?.outputs);
  });
});

suite('docs/tracing.md', async () => {
  const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
  const page = await read('docs/tracing.md');
  const source = await read('src/config/tracing-settings.ts');

  test('names every variable that is read', () => {
    const variables = new Set(source.match(/OTEL_[A-Z_]+/g));
    assert.ok(variables.size > 10, 'the source was read');
    assert.deepEqual(
      [...variables].filter((name) => !page.includes(`\`${name}\``)),
      [],
    );
  });
});
