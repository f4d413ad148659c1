import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { datatypes, type Datatype, type TensorData } from '../../../src/tensors/datatypes.ts';
import {
  batchOf,
  blockOf,
  copyRow,
  packRows,
  type RowBlock,
  rowOf,
  sameLayout,
  sliceBlock,
  stackBlocks,
} from '../../../src/tensors/row-block.ts';
import { elementCount, type NamedTensors, type Tensor } from '../../../src/tensors/tensor.ts';

function vector(data: TensorData, datatype: Datatype = 'FP32', shape: readonly number[] = [data.length]): NamedTensors {
  return new Map([['x', { datatype, shape, data }]]);
}

const shapes = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 });
const anyDatatype = fc.constantFrom(...(Object.keys(datatypes) as Datatype[]));

/** Random bytes read as the datatype; strings of any Unicode text. */
function anyData(datatype: Datatype, length: number): fc.Arbitrary<TensorData> {
  const { array, bytes } = datatypes[datatype];
  if (array === null || bytes === null) return fc.array(fc.string({ unit: 'grapheme' }), sized(length));
  return fc.uint8Array(sized(length * bytes)).map((raw) => new array(new Uint8Array(raw).buffer));
}

function sized(length: number): { minLength: number; maxLength: number } {
  return { minLength: length, maxLength: length };
}

/** Rows of one layout: a few named tensors, each of its own datatype and shape. */
const anyRows: fc.Arbitrary<NamedTensors[]> = fc
  .tuple(fc.array(fc.tuple(anyDatatype, shapes), { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 5 }))
  .chain(([ports, rowCount]) => {
    const row = fc.tuple(...ports.map(([datatype, shape]) => anyData(datatype, elementCount(shape)))).map((columns) => {
      const tensors = new Map<string, Tensor>();
      for (const [index, [datatype, shape]] of ports.entries()) {
        tensors.set(`port ${index}`, { datatype, shape, data: columns[index] ?? [] });
      }
      return tensors;
    });
    return fc.array(row, sized(rowCount));
  });

const stackRows = (rows: readonly NamedTensors[]) => stackBlocks(rows.map((columns) => ({ rows: 1, columns })));
const rowsOf = (block: RowBlock) => Array.from({ length: block.rows }, (_, place) => rowOf(block, place));

test('a batch has the rows that it was stacked from, in every datatype and shape, and however they were packed', () => {
  fc.assert(
    fc.property(anyRows, fc.nat(4), (rows, place) => {
      const batch = stackRows(rows);
      for (const tensor of batch.values()) {
        assert.equal(tensor.data.length, elementCount(tensor.shape));
        assert.equal(tensor.shape[0], rows.length);
      }
      const block = blockOf(batch, rows.length);
      assert.deepEqual(rowsOf(block), rows);
      assert.deepEqual(batchOf(block), batch);
      const cut = Math.min(place, rows.length);
      const [before, after] = [sliceBlock(block, 0, cut), sliceBlock(block, cut, rows.length - cut)];
      assert.deepEqual(stackBlocks([before, after].filter((part) => part.rows > 0)), batch);
    }),
  );
});

test('rows are packed with their neighbours of one layout, in their order', () => {
  const [short, long] = [Float32Array.of(1), Float32Array.of(1, 2)];
  const rows = [short, short, long, short, short, short].map((data) => vector(data));
  const blocks = packRows(rows);
  assert.deepEqual(
    blocks.map((block) => block.rows),
    [2, 1, 3],
  );
  assert.deepEqual(blocks.flatMap(rowsOf), rows);
  assert.deepEqual(packRows([]), []);
});

test('large rows are not packed, which would copy them once more', () => {
  const rows = [vector(new Float32Array(5000)), vector(new Float32Array(5000))];
  assert.deepEqual(
    packRows(rows).map(({ columns }) => columns),
    rows,
  );
});

test('rows that are views of larger buffers are stacked by what they show', () => {
  const buffer = Float32Array.of(9, 1, 2, 9);
  const batch = stackRows([vector(buffer.subarray(1, 3)), vector(Float32Array.of(3, 4))]);
  assert.deepEqual(batch.get('x'), { datatype: 'FP32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) });
});

test('64-bit integers and strings are stacked exactly', () => {
  const big = 2n ** 63n - 1n;
  const integers = stackRows([vector(BigInt64Array.of(big), 'INT64', []), vector(BigInt64Array.of(-big), 'INT64', [])]);
  assert.deepEqual(integers.get('x'), { datatype: 'INT64', shape: [2], data: BigInt64Array.of(big, -big) });
  const strings = stackRows([vector(['a', ''], 'BYTES'), vector(['ß', '語'], 'BYTES')]);
  assert.deepEqual(strings.get('x'), { datatype: 'BYTES', shape: [2, 2], data: ['a', '', 'ß', '語'] });
});

test('a single row is copied, so that a call can take over the buffer', () => {
  const row = vector(Float32Array.of(1, 2));
  for (const copy of [stackRows([row]), copyRow(row)]) {
    const data = copy.get('x')?.data;
    assert.ok(data instanceof Float32Array && data.buffer instanceof ArrayBuffer);
    structuredClone(data, { transfer: [data.buffer] });
    assert.deepEqual(row.get('x')?.data, Float32Array.of(1, 2));
  }
});

test('a Buffer, whose slices are views, is copied as well', () => {
  const data = Buffer.from([1, 2]);
  const copied = copyRow(vector(data, 'UINT8')).get('x')?.data;
  assert.deepEqual(copied, Uint8Array.of(1, 2));
  assert.notEqual((copied as Uint8Array).buffer, data.buffer);
});

test('a copied row keeps its shape', () => {
  assert.deepEqual(copyRow(vector(['a'], 'BYTES', [])).get('x'), { datatype: 'BYTES', shape: [], data: ['a'] });
});

test('rows of numbers are views of the buffer of the batch', () => {
  const data = Float32Array.of(1, 2, 3, 4);
  const rows = rowsOf(blockOf(new Map([['x', { datatype: 'FP32', shape: [2, 2], data }]]), 2));
  assert.deepEqual(
    rows.map((row) => row.get('x')?.data),
    [Float32Array.of(1, 2), Float32Array.of(3, 4)],
  );
  for (const row of rows) {
    const part = row.get('x')?.data;
    assert.ok(part instanceof Float32Array && part.buffer === data.buffer);
  }
});

test('a batch without elements has its rows all the same', () => {
  const empty: Tensor = { datatype: 'FP32', shape: [3, 0, 2], data: new Float32Array(0) };
  const rows = rowsOf(blockOf(new Map([['x', empty]]), 3));
  assert.deepEqual(
    rows.map((row) => row.get('x')?.shape),
    [
      [0, 2],
      [0, 2],
      [0, 2],
    ],
  );
});

test('a scalar, no rows, and rows of different shapes are refused', () => {
  const scalar: Tensor = { datatype: 'FP32', shape: [], data: Float32Array.of(1) };
  assert.throws(() => blockOf(new Map([['x', scalar]]), 1), RangeError);
  assert.throws(() => stackBlocks([]), RangeError);
  assert.throws(() => stackRows([vector(Float32Array.of(1)), vector(Float32Array.of(1, 2))]), RangeError);
  assert.throws(() => stackRows([vector(Float32Array.of(1)), new Map()]), RangeError);
});

test('a layout is names, datatypes and shapes', () => {
  const row = vector(Float32Array.of(1, 2));
  assert.ok(sameLayout(row, vector(Float32Array.of(3, 4))));
  assert.ok(!sameLayout(row, vector(Float32Array.of(1, 2), 'FP32', [1, 2])));
  assert.ok(!sameLayout(row, vector(Float32Array.of(1, 2), 'FP32', [2, 1])));
  assert.ok(!sameLayout(row, vector(Int32Array.of(1, 2), 'INT32')));
  assert.ok(!sameLayout(row, new Map([['y', { datatype: 'FP32', shape: [2], data: Float32Array.of(1, 2) }]])));
  assert.ok(!sameLayout(row, new Map([...row, ['y', { datatype: 'FP32', shape: [], data: Float32Array.of(1) }]])));
});
