import fc from 'fast-check';
import { bytesField, concatBytes, varint } from '../../../src/backends/onnxruntime/protobuf-writer.ts';
import { type Mutation, place, type Seeds, seedOf } from './bytes.ts';

/** A field of a message; its content is bytes, the fields of a message, or a number as it is written. */
interface Field {
  readonly number: number;
  readonly wireType: number;
  content: Uint8Array | Field[];
}

export type ProtobufEdit =
  | { readonly kind: 'remove' | 'double' | 'empty'; readonly at: number }
  | { readonly kind: 'set'; readonly at: number; readonly value: bigint }
  | { readonly kind: 'write'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'swap' | 'copy'; readonly at: number; readonly from: number }
  | { readonly kind: 'graft'; readonly at: number; readonly other: string; readonly from: number }
  | { readonly kind: 'renumber'; readonly at: number; readonly number: number };

/** Where ONNX has messages within messages, by the message and the field's number. Source: onnx/onnx.proto. */
const messages: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  model: { 7: 'graph', 8: 'leaf', 14: 'leaf', 25: 'function' },
  graph: { 1: 'node', 5: 'tensor', 11: 'value', 12: 'value', 13: 'value', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 14: 'type' },
  function: { 7: 'node', 9: 'leaf' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  tensor: { 13: 'leaf' },
  value: { 2: 'type' },
  type: { 1: 'tensorType', 4: 'element', 9: 'element' },
  element: { 1: 'type' },
  tensorType: { 2: 'shape' },
  shape: { 1: 'leaf' },
  leaf: {},
};

const numbers = fc.oneof(
  fc.constantFrom(
    0n,
    1n,
    2n,
    -1n,
    7n,
    8n,
    16n,
    255n,
    65_536n,
    2n ** 31n - 1n,
    2n ** 31n,
    2n ** 32n,
    2n ** 62n,
    -(2n ** 63n),
  ),
  fc.bigInt({ min: -16n, max: 64n }),
);

/** Edits of the fields of ONNX messages, which stay well formed as protobuf. */
export function protobufEdit(seeds: Seeds<Uint8Array>): fc.Arbitrary<ProtobufEdit> {
  const words = fc.constantFrom(
    '',
    'x',
    'y',
    'Add',
    'If',
    'Reshape',
    'Gather',
    'Identity',
    'Concat',
    'ai.onnx.ml',
    '../../x',
  );
  const bytes = fc.oneof(
    words.map((word) => Buffer.from(word)),
    fc.uint8Array({ maxLength: 24 }),
  );
  return fc.oneof(
    fc.record({ kind: fc.constantFrom('remove' as const, 'double' as const, 'empty' as const), at: place }),
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('set' as const), at: place, value: numbers }) },
    fc.record({ kind: fc.constant('write' as const), at: place, bytes }),
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constantFrom('swap' as const, 'copy' as const), at: place, from: place }),
    },
    fc.record({
      kind: fc.constant('graft' as const),
      at: place,
      other: fc.constantFrom(...Object.keys(seeds)),
      from: place,
    }),
    fc.record({ kind: fc.constant('renumber' as const), at: place, number: fc.integer({ min: 1, max: 30 }) }),
  );
}

/** The bytes of a model with these edits. */
export function mutateModel(seeds: Seeds<Uint8Array>, mutation: Mutation<ProtobufEdit>): Uint8Array<ArrayBuffer> {
  const root: Field = { number: 0, wireType: 2, content: read(seedOf(seeds, mutation), 'model') };
  for (const edit of mutation.edits) change(root, edit, seeds);
  return concatBytes(write(root));
}

function change(root: Field, edit: ProtobufEdit, seeds: Seeds<Uint8Array>): void {
  // Numbers alone can be set: to choose among them makes each edit count.
  const wanted = edit.kind === 'set' ? (field: Field) => field.wireType === 0 : () => true;
  const all = within(root).filter(({ field }) => wanted(field));
  const chosen = all[edit.at % Math.max(all.length, 1)];
  if (chosen === undefined) return;
  const { field, siblings } = chosen;
  const index = siblings.indexOf(field);
  switch (edit.kind) {
    case 'remove':
      return void siblings.splice(index, 1);
    case 'double':
      return void siblings.push(structuredClone(field));
    case 'empty':
      if (field.wireType === 2) field.content = new Uint8Array();
      return;
    case 'set':
      field.content = varint(edit.value);
      return;
    case 'write':
      if (field.wireType === 2) field.content = edit.bytes;
      return;
    case 'swap':
    case 'copy': {
      const alike = within(root)
        .map((each) => each.field)
        .filter((each) => each.number === field.number && each.wireType === field.wireType);
      const other = alike[edit.from % alike.length];
      if (other === undefined) return;
      const taken = structuredClone(other.content);
      if (edit.kind === 'swap') other.content = structuredClone(field.content);
      field.content = taken;
      return;
    }
    case 'graft': {
      const others = within({
        number: 0,
        wireType: 2,
        content: read(seedOf(seeds, { seed: edit.other, edits: [] }), 'model'),
      });
      const graft = others[edit.from % Math.max(others.length, 1)];
      if (graft !== undefined) siblings.splice(index, 0, graft.field);
      return;
    }
    case 'renumber':
      siblings.splice(index, 1, { ...field, number: edit.number });
  }
}

function within(root: Field): { readonly field: Field; readonly siblings: Field[] }[] {
  const { content } = root;
  if (!Array.isArray(content)) return [];
  return content.flatMap((field) => [{ field, siblings: content }, ...within(field)]);
}

function read(bytes: Uint8Array, kind: string): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = readVarint(bytes, at);
    const [number, wireType] = [Math.floor(tag.value / 8), tag.value % 8];
    at = tag.end;
    if (wireType === 2) {
      const length = readVarint(bytes, at);
      const content = bytes.subarray(length.end, length.end + length.value);
      const inner = messages[kind]?.[number];
      fields.push({ number, wireType, content: inner === undefined ? content : read(content, inner) });
      at = length.end + length.value;
    } else {
      const end = wireType === 0 ? readVarint(bytes, at).end : at + (wireType === 1 ? 8 : 4);
      fields.push({ number, wireType, content: bytes.subarray(at, end) });
      at = end;
    }
  }
  return fields;
}

function readVarint(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = start, scale = 1; ; at += 1, scale *= 128) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end: at + 1 };
  }
}

function write({ content }: Field): Uint8Array[] {
  if (!Array.isArray(content)) return [content];
  return content.map((field) => {
    const inner = concatBytes(write(field));
    return field.wireType === 2
      ? bytesField(field.number, inner)
      : concatBytes([varint(field.number * 8 + field.wireType), inner]);
  });
}
