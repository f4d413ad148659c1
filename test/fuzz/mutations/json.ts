import fc from 'fast-check';
import { type Mutation, place, type Seeds, seedOf } from './bytes.ts';

/** A piece of JSON text, as it is or many times over. */
export interface Odd {
  readonly begin: string;
  readonly unit: string;
  readonly times: number;
  readonly end: string;
  /** Closes each of the units. */
  readonly close: string;
}

const exactly = (begin: string): Odd => ({ begin, unit: '', times: 0, end: '', close: '' });

const oddTexts = [
  'null',
  'true',
  'false',
  '0',
  '-0',
  '-1',
  '1.5',
  '1e999',
  '-1e999',
  '1e-400',
  '2147483648',
  '-2147483649',
  '9007199254740993',
  '18446744073709551616',
  `1${'0'.repeat(400)}`,
  '""',
  '"NaN"',
  '"Infinity"',
  '"-Infinity"',
  '"\\u0000"',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"__proto__"',
  '"constructor"',
  '"9223372036854775808"',
  '"-9223372036854775809"',
  '"1e999"',
  '" 1"',
  '"0x10"',
  '"true"',
  '"../../etc/passwd"',
  '[]',
  '[[]]',
  '[null]',
  '[[null]]',
  '{}',
  '{"__proto__":null}',
  '{"__proto__":{"a":1}}',
  '{"constructor":{"prototype":1}}',
  '{"toString":1}',
  '{"length":4294967295}',
  '{"then":1}',
  '{"toJSON":1}',
  '{"kind":"Document"}',
  '{"a":1,"a":2}',
  '[1,"1",null,{}]',
  '1e-7',
];

/** Values as JSON has them that few programs expect: of any type and size, and some that are no JSON. */
export const oddJson: fc.Arbitrary<Odd> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...oddTexts).map(exactly) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 2 }).map((value) => exactly(JSON.stringify(value))) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }).map((text) => exactly(JSON.stringify(text))) },
  fc
    .double()
    .map((value) => exactly(Object.is(value, -0) ? '-0' : Number.isFinite(value) ? String(value) : `"${value}"`)),
  fc.bigInt().map((value) => exactly(String(value))),
  fc.constantFrom('nul', '01', '+1', '.5', 'NaN', '1e', '"', '"\\x"', '"\n"', '[1,]', '{"a"}', '\u0000').map(exactly),
  fc
    .record({
      begin: fc.constantFrom('', '1'),
      unit: fc.constantFrom('[', '{"a":', '{"input":'),
      times: fc.oneof(fc.nat(60), fc.nat(3000)),
      end: fc.constantFrom('', '1', 'null'),
    })
    .map((odd) => ({ ...odd, close: odd.unit === '[' ? ']' : '}' })),
  fc.record({
    begin: fc.constant('"'),
    unit: fc.constantFrom('a', 'é', '😀', '\\u0000', '\\ud800', ' ', '\\n', '0', 'A='),
    times: fc.oneof(fc.nat(300), fc.nat(30_000)),
    end: fc.constant('"'),
    close: fc.constant(''),
  }),
  fc.record({
    begin: fc.constant('[null'),
    unit: fc.constantFrom(',1', ',null', ',"a"', ',{}', ',[]', ',1e9'),
    times: fc.oneof(fc.nat(40), fc.nat(6000)),
    end: fc.constant(']'),
    close: fc.constant(''),
  }),
);

/** The JSON text that is meant. */
export function textOf({ begin, unit, times, end, close }: Odd): string {
  return begin + unit.repeat(times) + end + close.repeat(times);
}

export type JsonEdit =
  | { readonly kind: 'replace' | 'add'; readonly at: number; readonly by: Odd }
  | { readonly kind: 'remove' | 'double'; readonly at: number }
  | { readonly kind: 'swap'; readonly at: number; readonly from: number }
  | { readonly kind: 'rename'; readonly at: number; readonly key: string };

/** Edits of any place in a JSON value. @param keys names that mean something there. */
export function jsonEdit(keys: readonly string[] = []): fc.Arbitrary<JsonEdit> {
  const key = fc.oneof(
    fc.constantFrom('__proto__', 'constructor', '', 'a', 'toString', 'é', '\u0000', ...keys),
    fc.string({ maxLength: 5 }),
  );
  return fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('replace' as const), at: place, by: oddJson }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('rename' as const), at: place, key }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('remove' as const, 'double' as const), at: place }) },
    fc.record({ kind: fc.constant('add' as const), at: place, by: oddJson }),
    fc.record({ kind: fc.constant('swap' as const), at: place, from: place }),
  );
}

/** A value whose keys may come twice, and which may hold text that is no JSON. */
type Node = string | { readonly open: '[' | '{'; readonly items: Item[] };
interface Item {
  key: string;
  node: Node;
}

/** The JSON text that a mutation makes of its seed. */
export function mutateJson(seeds: Seeds<unknown>, mutation: Mutation<JsonEdit>): string {
  const root: Node = { open: '[', items: [{ key: '', node: parse(seedOf(seeds, mutation)) }] };
  for (const edit of mutation.edits) change(root, edit);
  return root.items.map(({ node }) => print(node)).join('');
}

function change(root: Node, edit: JsonEdit): void {
  const all = within(root);
  const chosen = all[edit.at % Math.max(all.length, 1)];
  if (chosen === undefined) return;
  const { item, siblings } = chosen;
  const index = siblings.indexOf(item);
  switch (edit.kind) {
    case 'replace':
      item.node = textOf(edit.by);
      return;
    case 'add':
      return void siblings.splice(index, 0, { key: item.key, node: textOf(edit.by) });
    case 'remove':
      return void siblings.splice(index, 1);
    case 'double':
      return void siblings.push(structuredClone(item));
    case 'rename':
      item.key = edit.key;
      return;
    case 'swap': {
      const other = all[edit.from % all.length]?.item.node;
      if (other !== undefined) item.node = structuredClone(other);
    }
  }
}

function parse(value: unknown): Node {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const items = Object.entries(value).map(([key, each]) => ({ key, node: parse(each) }));
  return { open: Array.isArray(value) ? '[' : '{', items };
}

function within(node: Node): { readonly item: Item; readonly siblings: Item[] }[] {
  if (typeof node === 'string') return [];
  return node.items.flatMap((item) => [{ item, siblings: node.items }, ...within(item.node)]);
}

function print(node: Node): string {
  if (typeof node === 'string') return node;
  if (node.open === '[') return `[${node.items.map((item) => print(item.node)).join(',')}]`;
  return `{${node.items.map(({ key, node: inner }) => `${JSON.stringify(key)}:${print(inner)}`).join(',')}}`;
}
