import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { parse } from 'yaml';
import type { SchemaNode } from '../../../src/repository/allowed-values.ts';
import { manifestFormat, tasks } from '../../../src/tasks/index.ts';
import { shippedModels } from '../../helpers/gateway.ts';

const file = fileURLToPath(new URL('../../../schema/manifest.schema.json', import.meta.url));
const schema = JSON.parse(readFileSync(file, 'utf8')) as SchemaNode;
const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);

/** Whether the server would take a manifest as far as can be told without its model. */
function isAccepted(value: unknown): boolean {
  const checked = manifestFormat.safeParse(value);
  return checked.success && Object.hasOwn(tasks, checked.data.task);
}

/** Every part of a schema that stands for a key. */
function describedParts(node: SchemaNode, place = ''): (readonly [string, SchemaNode])[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, part]) => {
    if (typeof part === 'boolean') return [];
    const items = Array.isArray(part.items) || typeof part.items !== 'object' ? {} : part.items;
    return [[place + key, part] as const, ...describedParts(part, `${key}.`), ...describedParts(items, `${key}[].`)];
  });
}

suite('The JSON Schema of the manifest', () => {
  test('has a description for every key', () => {
    const parts = describedParts(schema);
    assert.ok(parts.length > 30);
    assert.deepEqual(
      parts.filter(([, { description }]) => description === undefined).map(([place]) => place),
      [],
    );
  });

  for (const path of globSync('*/model.yaml', { cwd: shippedModels })) {
    test(`is named in the first line of models/${path}, and accepts it`, () => {
      const text = readFileSync(join(shippedModels, path), 'utf8');
      const [, reference = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? [];
      assert.equal(join(dirname(join(shippedModels, path)), reference), file);
      assert.ok(existsSync(file));
      assert.ok(validate(parse(text)), JSON.stringify(validate.errors));
    });
  }

  for (const [title, text, accepted] of [
    ['an empty mapping', '{}', true],
    ['everything that there is', 'task: tensor\nversions: { serve: [1, 2], labels: { stable: 1, _a.b-c: 2 } }', true],
    ['nullable features', 'features: [{ name: a, nullable: true, missing: false, example: 1.5 }]', true],
    ['an unknown key', 'tsak: tensor', false],
    ['an unknown key of a feature', 'features: [{ name: a, range: [0, 1] }]', false],
    ['an unknown task', 'task: mind-reading', false],
    ['a list', '[task]', false],
    ['text', 'tensor', false],
    ['nothing for a mapping', 'batching:', false],
    ['text for a number', 'timeoutMs: 30s', false],
    ['a number for text', 'title: 1', false],
    ['no whole number', 'threads: 1.5', false],
    ['a number that is whole, however it is written', 'threads: 2.0', true],
    ['a number that is too small', 'batching: { maxBatchSize: 0 }', false],
    ['a number that is too large', 'instances: 65', false],
    ['an unsafe number', 'batching: { maxQueueRows: 9007199254740993 }', false],
    ['the greatest delay', 'batching: { maxDelayMs: 1000 }', true],
    ['a list that is too short', 'labels: []', false],
    ['a feature without a name', 'features: [{ unit: cm }]', false],
    ['a feature with an empty name', 'features: [{ name: "" }]', false],
    ['an unknown policy', 'versions: { serve: newest }', false],
    ['a policy of no versions', 'versions: { serve: [] }', false],
    ['a label that is a number', 'versions: { labels: { 2: 2 } }', false],
    ['a label with a blank', 'versions: { labels: { in test: 2 } }', false],
    ['a label of no version', 'versions: { labels: { stable: latest } }', false],
  ] as const) {
    test(`${accepted ? 'accepts' : 'refuses'} ${title}, as the server does`, () => {
      const value: unknown = parse(text);
      assert.equal(isAccepted(value), accepted);
      assert.equal(validate(value), accepted);
    });
  }

  test('agrees with the server on any mixture of right and wrong values', () => {
    fc.assert(
      fc.property(mixture(schema), (value) => {
        assert.equal(validate(value), isAccepted(value), JSON.stringify(value));
      }),
      { numRuns: 2000 },
    );
  });
});

/** Values that mostly fit a schema, and now and then do not: of whole manifests about the half. */
function mixture(node: SchemaNode): fc.Arbitrary<unknown> {
  const strange = fc.constantFrom<unknown>(
    null,
    '',
    'latest',
    0,
    -1,
    1.5,
    1e18,
    true,
    [],
    [1],
    ['a', 'b'],
    {},
    { a: 1 },
  );
  return fc.oneof({ weight: 60, arbitrary: fitting(node) }, { weight: 1, arbitrary: strange });
}

function fitting(node: SchemaNode): fc.Arbitrary<unknown> {
  if (node.anyOf !== undefined) return fc.oneof(...node.anyOf.map(mixture));
  if (node.enum !== undefined) return fc.constantFrom(...(node.enum as unknown[]));
  const types = Array.isArray(node.type) ? node.type : [node.type];
  return fc.oneof(...types.map((type) => fittingType(type, node)));
}

function fittingType(type: string | undefined, node: SchemaNode): fc.Arbitrary<unknown> {
  const { minItems = 0, maximum = 300, minimum = -5, items, properties, additionalProperties, required = [] } = node;
  switch (type) {
    case 'object': {
      if (properties === undefined) {
        const names = fc.constantFrom(...'stable canary _x a.b c-d'.split(' '), '2', 'a b');
        return fc.dictionary(names, mixture(additionalProperties as SchemaNode), { maxKeys: 2 });
      }
      const entries = Object.entries(properties).map(([key, part]) => [key, mixture(part as SchemaNode)] as const);
      return fc.record(Object.fromEntries(entries), { requiredKeys: required });
    }
    case 'array':
      return fc.array(mixture(items as SchemaNode), { minLength: minItems, maxLength: node.maxItems ?? minItems + 1 });
    case 'integer':
      return fc.integer({ min: 1, max: Math.min(maximum, 300) });
    case 'number':
      return fc.double({ noNaN: true, min: minimum, max: maximum });
    case 'boolean':
      return fc.boolean();
    default:
      return fc.constantFrom('a', 'b c', 'é');
  }
}
