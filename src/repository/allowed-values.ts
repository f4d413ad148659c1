import type { z } from 'zod';

/** A JSON Schema, or a part of one: what is allowed at one place of a document. */
export type SchemaNode = z.core.JSONSchema.JSONSchema;

/** What a schema says of one place of a document; null where it knows no such place. */
export function schemaAt(schema: SchemaNode, path: readonly PropertyKey[]): SchemaNode | null {
  let nodes = [schema];
  for (const part of path) nodes = nodes.flatMap(({ anyOf, ...node }) => [node, ...(anyOf ?? [])]).flatMap(below(part));
  return nodes[0] ?? null;
}

function below(part: PropertyKey): (node: SchemaNode | boolean) => SchemaNode[] {
  return (node) => {
    if (typeof node === 'boolean') return [];
    const { items, properties = {}, additionalProperties } = node;
    const named = Object.hasOwn(properties, part) ? properties[String(part)] : additionalProperties;
    const found = typeof part === 'number' ? items : named;
    return typeof found === 'object' && !Array.isArray(found) ? [found] : [];
  };
}

/** What a schema allows, in words that follow "expected": "a whole number from 1 to 64". */
export function describeAllowed(schema: SchemaNode): string {
  return join(alternatives(schema));
}

function alternatives(schema: SchemaNode): readonly string[] {
  if (schema.anyOf !== undefined) {
    return schema.anyOf.flatMap((each) => (typeof each === 'boolean' ? [] : alternatives(each)));
  }
  if (schema.enum !== undefined) return schema.enum.map(String);
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  return types.flatMap((type) => (type === 'boolean' ? ['true', 'false'] : describeType(String(type), schema)));
}

function describeType(type: string, schema: SchemaNode): string {
  switch (type) {
    case 'integer':
      return `a whole number${range(schema)}`;
    case 'number':
      return `a number${range(schema)}`;
    case 'array':
      return describeList(schema);
    case 'object':
      return describeMapping(schema);
    default:
      // What a pattern wants, only its author can say in words.
      if (schema.pattern !== undefined) return schema.description ?? `text that matches ${schema.pattern}`;
      return (schema.minLength ?? 0) > 0 ? 'text that is not empty' : 'text';
  }
}

function range({ minimum, exclusiveMinimum, maximum = Number.MAX_SAFE_INTEGER }: SchemaNode): string {
  // Only whole numbers have a limit that is not allowed itself.
  const least = typeof exclusiveMinimum === 'number' ? exclusiveMinimum + 1 : minimum;
  const limits = [
    least === undefined ? '' : ` from ${least}`,
    maximum === Number.MAX_SAFE_INTEGER ? '' : ` ${least === undefined ? 'up ' : ''}to ${maximum}`,
  ];
  return limits.join('');
}

function describeList({ minItems = 0, items }: SchemaNode): string {
  const size = ['', ' of one item or more', ' of two items or more'][minItems] ?? ` of at least ${minItems} items`;
  if (typeof items !== 'object' || Array.isArray(items)) return `a list${size}`;
  return `a list${size}, each ${items.properties === undefined ? describeAllowed(items) : 'a mapping'}`;
}

/** Every key that a schema knows, by its place: `batching.maxBatchSize`, `features[].name`. */
export function keyPlaces(
  schema: SchemaNode,
  prefix = '',
): readonly { readonly key: string; readonly place: string }[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, node]) => {
    const place = `${prefix}${key}`;
    if (typeof node === 'boolean') return [];
    const { items } = node;
    const inItems = typeof items === 'object' && !Array.isArray(items) ? keyPlaces(items, `${place}[].`) : [];
    return [{ key, place }, ...keyPlaces(node, `${place}.`), ...inItems];
  });
}

function describeMapping({ properties, additionalProperties }: SchemaNode): string {
  if (properties !== undefined) return `a mapping with some of the keys ${Object.keys(properties).join(', ')}`;
  if (typeof additionalProperties !== 'object') return 'a mapping';
  return `a mapping from names to ${describeAllowed(additionalProperties)} each`;
}

function join(words: readonly string[]): string {
  const last = words.at(-1) ?? 'nothing';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}
