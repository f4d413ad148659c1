import assert from 'node:assert/strict';
import { it } from 'node:test';

import fc from 'fast-check';

import {
  bytesField,
  concatBytes,
  floatField,
  stringField,
  varintField,
} from '../../../../src/backends/onnxruntime/protobuf-writer.ts';
import { ProtobufError, ProtobufReader } from '../../../../src/backends/onnxruntime/protobuf.ts';
import { readerOf } from './read-bytes.ts';

const budget = 1_000_000;

function readerFor(bytes: Uint8Array): ProtobufReader {
  return new ProtobufReader(bytes.byteLength, readerOf(bytes), budget);
}

it('reads every 64-bit number as it was written', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.integer({ min: 1, max: 536_870_911 }),
      async (value, number) => {
        const reader = readerFor(varintField(number, value));
        await reader.eachField({ start: 0, end: reader.size }, (field) => {
          assert.equal(BigInt(field.value), value);
          assert.equal(field.number, number);
          return undefined;
        });
      },
    ),
  );
});

it('reads fields of all kinds in order, wherever its window ends', async () => {
  const anyField = fc.oneof(
    fc.record({ number: fc.constant(1), value: fc.maxSafeNat() }),
    fc.record({ number: fc.constant(2), value: fc.string({ unit: 'grapheme' }) }),
    fc.record({ number: fc.constant(3), value: fc.float({ noNaN: true }) }),
    // Longer than the window of the reader.
    fc.record({ number: fc.constant(4), value: fc.nat({ max: 40_000 }).map((length) => 'w'.repeat(length)) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(anyField), async (written) => {
      const bytes = written.map(({ number, value }) => {
        if (typeof value === 'string') return stringField(number, value);
        return number === 1 ? varintField(1, value) : floatField(3, value);
      });
      const reader = readerFor(concatBytes(bytes));
      const read: (string | number | bigint)[] = [];
      await reader.eachField({ start: 0, end: reader.size }, (field) => {
        if (field.number === 1) read.push(field.value);
        if (field.number === 2 || field.number === 4) return reader.text(field).then((text) => void read.push(text));
        if (field.number === 3) assert.equal(field.end - field.payload, 4);
        return undefined;
      });
      assert.deepEqual(
        read,
        written.filter(({ number }) => number !== 3).map(({ value }) => value),
      );
    }),
    { numRuns: 50 },
  );
});

it('steps over a large field without reading it', async () => {
  const bytes = concatBytes([bytesField(9, new Uint8Array(10_000_000)), stringField(2, 'behind')]);
  let read = 0;
  const reader = new ProtobufReader(
    bytes.byteLength,
    async (offset, length) => {
      read += length;
      return bytes.subarray(offset, offset + length);
    },
    budget,
  );
  const numbers: number[] = [];
  await reader.eachField({ start: 0, end: reader.size }, (field) => void numbers.push(field.number));
  assert.deepEqual(numbers, [9, 2]);
  assert.ok(read < 50_000, `${read} bytes`);
});

it('takes a list of numbers packed into one field and one a field', async () => {
  const packed = bytesField(7, Uint8Array.of(1, 2, 0xac, 0x02));
  const single = concatBytes([varintField(7, 1), varintField(7, 2), varintField(7, 300)]);
  for (const bytes of [packed, single]) {
    const reader = readerFor(bytes);
    const numbers: (number | bigint)[] = [];
    await reader.eachField({ start: 0, end: reader.size }, (field) =>
      reader.numbers(field, (number) => void numbers.push(number)),
    );
    assert.deepEqual(numbers, [1, 2, 300]);
  }
});

const malformed: readonly [title: string, bytes: Uint8Array, endsEarly: boolean][] = [
  ['a length that runs past the end of the file', Uint8Array.of(0x0a, 0x05, 1, 2), true],
  ['a number that is not finished', Uint8Array.of(0x08, 0x80), true],
  ['a number of more than ten bytes', Uint8Array.of(0x08, ...Array.from({ length: 11 }, () => 0xff)), false],
  ['a negative length', concatBytes([Uint8Array.of(0x0a), varintField(1, -1).subarray(1)]), false],
  ['the field number 0', Uint8Array.of(0x00, 0x00), false],
  ['the group wire type', Uint8Array.of(0x0b), false],
  ['the wire type 7', Uint8Array.of(0x0f), false],
  ['a length of 2^60', concatBytes([Uint8Array.of(0x0a), varintField(1, 2n ** 60n).subarray(1)]), true],
];

for (const [title, bytes, endsEarly] of malformed) {
  it(`refuses ${title}`, async () => {
    const reader = readerFor(bytes);
    await assert.rejects(
      reader.eachField({ start: 0, end: reader.size }, () => undefined),
      (error: unknown) => error instanceof ProtobufError && error.endsEarly === endsEarly,
    );
  });
}

it('refuses a field that runs past the end of its message', async () => {
  const reader = readerFor(concatBytes([bytesField(1, Uint8Array.of(0x0a, 0x7f)), new Uint8Array(200).fill(8)]));
  await assert.rejects(
    reader.eachField({ start: 0, end: reader.size }, (field) => reader.message(field, () => undefined)),
    (error: unknown) => error instanceof ProtobufError && !error.endsEarly,
  );
});

it('stops when the texts of a file take more memory than they may', async () => {
  const many = concatBytes(Array.from({ length: 10_000 }, () => stringField(1, '')));
  const reader = readerFor(many);
  await assert.rejects(
    reader.eachField({ start: 0, end: reader.size }, (field) => reader.text(field).then(() => undefined)),
    ProtobufError,
  );
});
