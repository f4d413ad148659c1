import fc from 'fast-check';

/** Good bytes to begin with, by name: a counterexample names them instead of printing them. */
export type Seeds<Seed> = Readonly<Record<string, Seed>>;

/** Something good, and what is done to it, one after the other. */
export interface Mutation<Edit> {
  readonly seed: string;
  readonly edits: readonly Edit[];
}

/** Some edits of one of the seeds; none at all now and then, so that what is good is tried as well. */
export function mutationOf<Edit>(
  seeds: Seeds<unknown>,
  edit: fc.Arbitrary<Edit>,
  most = 6,
): fc.Arbitrary<Mutation<Edit>> {
  return fc.record({ seed: fc.constantFrom(...Object.keys(seeds)), edits: fc.array(edit, { maxLength: most }) });
}

/** The seed that a mutation begins with. */
export function seedOf<Seed>(seeds: Seeds<Seed>, { seed }: Mutation<unknown>): Seed {
  const found = seeds[seed];
  if (found === undefined) throw new RangeError(`There is no seed ${seed}.`);
  return found;
}

/** A place is a number of any size; it is taken modulo the length of what is there. */
export const place = fc.nat();

export type ByteEdit =
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'overwrite'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'remove'; readonly at: number; readonly length: number }
  | { readonly kind: 'repeat'; readonly at: number; readonly length: number; readonly times: number }
  | { readonly kind: 'cut'; readonly at: number }
  | {
      readonly kind: 'splice';
      readonly at: number;
      readonly other: string;
      readonly from: number;
      readonly length: number;
    };

/** Sizes and offsets at which formats overflow. */
const edges = [
  [0x00],
  [0x7f],
  [0x80],
  [0xff],
  [0xff, 0xff],
  [0xff, 0xff, 0xff, 0xff],
  [0x7f, 0xff, 0xff, 0xff],
  [0x80, 0, 0, 0],
  [0xff, 0xff, 0xff, 0x7f],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
].map((bytes) => Uint8Array.from(bytes));

/** Edits of bytes that know nothing of a format. */
export function byteEdit(seeds: Seeds<Uint8Array>): fc.Arbitrary<ByteEdit> {
  const bytes = fc.oneof(fc.constantFrom(...edges), fc.uint8Array({ minLength: 1, maxLength: 12 }));
  const length = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 4096 }));
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('flip' as const), at: place, bit: fc.nat(7) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('overwrite' as const), at: place, bytes }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('insert' as const), at: place, bytes }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), at: place, length }) },
    fc.record({ kind: fc.constant('repeat' as const), at: place, length, times: fc.integer({ min: 1, max: 64 }) }),
    fc.record({ kind: fc.constant('cut' as const), at: place }),
    fc.record({
      kind: fc.constant('splice' as const),
      at: place,
      other: fc.constantFrom(...Object.keys(seeds)),
      from: place,
      length,
    }),
  );
}

/** The bytes that a mutation makes; a new buffer. */
export function mutateBytes(seeds: Seeds<Uint8Array>, mutation: Mutation<ByteEdit>): Uint8Array<ArrayBuffer> {
  let bytes: Uint8Array = seedOf(seeds, mutation);
  for (const edit of mutation.edits) bytes = editBytes(bytes, edit, seeds);
  return Uint8Array.from(bytes);
}

function editBytes(bytes: Uint8Array, edit: ByteEdit, seeds: Seeds<Uint8Array>): Uint8Array {
  const at = bytes.length === 0 ? 0 : edit.at % bytes.length;
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (edit.kind) {
    case 'flip':
      return Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ (1 << edit.bit) : byte));
    case 'overwrite':
      return Buffer.concat([before, edit.bytes, after.subarray(edit.bytes.length)]);
    case 'insert':
      return Buffer.concat([before, edit.bytes, after]);
    case 'remove':
      return Buffer.concat([before, after.subarray(edit.length)]);
    case 'repeat':
      return Buffer.concat([before, ...Array<Uint8Array>(edit.times).fill(after.subarray(0, edit.length)), after]);
    case 'cut':
      return before;
    case 'splice': {
      const other = seeds[edit.other] ?? bytes;
      const from = edit.from % Math.max(other.length, 1);
      return Buffer.concat([before, other.subarray(from, from + edit.length), after.subarray(edit.length)]);
    }
  }
}
