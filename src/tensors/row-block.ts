import { datatypes, type Datatype, type TensorData } from './datatypes.ts';
import { elementCount, type NamedTensors, type Tensor } from './tensor.ts';

/**
 * Rows of one layout, packed: the rows of a list travel as one block, and a single row is a block of itself.
 */
export interface RowBlock {
  readonly rows: number;
  /**
   * For each tensor the datatype and the shape that it has in one row, and in `data` the elements of all rows, one row
   * after the other. Those of a block of one row are that row.
   */
  readonly columns: NamedTensors;
}

/** Rows of more elements are not packed: they are copied once, into the call, and need not be copied before. */
const mostPackedElements = 1024;

/** Whether two rows can be stacked: the same names with the same datatypes and shapes, in whatever order. */
export function sameLayout(first: NamedTensors, second: NamedTensors): boolean {
  if (first === second) return true;
  if (first.size !== second.size) return false;
  for (const [name, tensor] of first) {
    const other = second.get(name);
    if (other === undefined || other.datatype !== tensor.datatype || !sameShape(other.shape, tensor.shape))
      return false;
  }
  return true;
}

/** Packs rows in their order: small neighbours of one layout share a block. Rows that are alone in theirs are not copied. */
export function packRows(rows: readonly NamedTensors[]): RowBlock[] {
  const blocks: RowBlock[] = [];
  let start = 0;
  while (start < rows.length) {
    const first = rows[start] as NamedTensors;
    let end = start + 1;
    if (isSmall(first)) while (end < rows.length && sameLayout(first, rows[end] as NamedTensors)) end += 1;
    blocks.push(end - start === 1 ? { rows: 1, columns: first } : packAlike(rows.slice(start, end)));
    start = end;
  }
  return blocks;
}

/**
 * Makes one batch of blocks: each tensor whose rows have the shape `[...]` becomes one of shape `[rows, ...]`. Copies,
 * also a single block, because a call takes over its buffers, and rows that share a call must outlive one that fails.
 * @throws RangeError without blocks, or when their rows do not have the same layout.
 */
export function stackBlocks(blocks: readonly RowBlock[]): NamedTensors {
  const [first] = blocks;
  if (first === undefined) throw new RangeError('A batch needs at least one row.');
  const rows = countRows(blocks);
  const batch = new Map<string, Tensor>();
  for (const [name, { datatype, shape }] of first.columns) {
    const width = elementCount(shape);
    const stacked = newData(datatype, rows * width);
    let offset = 0;
    for (const block of blocks) {
      const part = block.columns.get(name)?.data;
      if (part?.length !== block.rows * width) throw new RangeError(`The rows have different shapes of "${name}".`);
      copyInto(stacked, part, offset);
      offset += part.length;
    }
    batch.set(name, { datatype, shape: [rows, ...shape], data: stacked });
  }
  return batch;
}

/** How many rows blocks hold together. */
export function countRows(blocks: readonly RowBlock[]): number {
  let rows = 0;
  for (const block of blocks) rows += block.rows;
  return rows;
}

/**
 * The block of a batch of tensors of shape `[rows, ...]`. A view.
 * @throws RangeError for a scalar, which has no rows.
 */
export function blockOf(batch: NamedTensors, rows: number): RowBlock {
  const columns = new Map<string, Tensor>();
  for (const [name, { datatype, shape, data }] of batch) {
    if (shape.length === 0) throw new RangeError(`The scalar "${name}" has no rows.`);
    columns.set(name, { datatype, shape: shape.slice(1), data });
  }
  return { rows, columns };
}

/** The tensors of a block with the dimension of its rows in front. Views. */
export function batchOf({ rows, columns }: RowBlock): NamedTensors {
  const batch = new Map<string, Tensor>();
  for (const [name, { datatype, shape, data }] of columns) {
    batch.set(name, { datatype, shape: [rows, ...shape], data });
  }
  return batch;
}

/**
 * Rows out of a block. They are views, each of which keeps the whole buffer in memory; strings are copied, which costs a
 * pointer each. The block itself where they are all of its rows.
 */
export function sliceBlock(block: RowBlock, start: number, rows: number): RowBlock {
  if (rows === block.rows) return block;
  const columns = new Map<string, Tensor>();
  for (const [name, column] of block.columns) {
    columns.set(name, sliceColumn(column, block.rows, start, rows));
  }
  return { rows, columns };
}

/** One row of a block, as a view like those of `sliceBlock`. */
export function rowOf(block: RowBlock, place: number): NamedTensors {
  return sliceBlock(block, place, 1).columns;
}

/** Rows out of one column of a block of so many rows. A view. */
export function sliceColumn(column: Tensor, blockRows: number, start: number, rows: number): Tensor {
  if (rows === blockRows) return column;
  const { datatype, shape, data } = column;
  const width = data.length / blockRows;
  const [from, to] = [start * width, (start + rows) * width];
  return { datatype, shape, data: ArrayBuffer.isView(data) ? data.subarray(from, to) : data.slice(from, to) };
}

/** Copies a row as it is, without a batch dimension. */
export function copyRow(row: NamedTensors): NamedTensors {
  const copy = new Map<string, Tensor>();
  for (const [name, { datatype, shape, data }] of row) {
    // Not `data.slice()`: that of a Buffer is a view, and handing it on would take the original away.
    const own = newData(datatype, data.length);
    copyInto(own, data, 0);
    copy.set(name, { datatype, shape, data: own });
  }
  return copy;
}

/** Whether each tensor fills a buffer, so that whoever takes the buffers over takes nothing else along. Strings have none. */
export function fillBuffers(tensors: NamedTensors): boolean {
  for (const { data } of tensors.values()) {
    if (ArrayBuffer.isView(data) && data.byteLength !== data.buffer.byteLength) return false;
  }
  return true;
}

function packAlike(rows: readonly NamedTensors[]): RowBlock {
  return blockOf(stackBlocks(rows.map((columns) => ({ rows: 1, columns }))), rows.length);
}

function isSmall(row: NamedTensors): boolean {
  let elements = 0;
  for (const { data } of row.values()) elements += data.length;
  return elements <= mostPackedElements;
}

function sameShape(first: readonly number[], second: readonly number[]): boolean {
  if (first === second) return true;
  if (first.length !== second.length) return false;
  for (let index = 0; index < first.length; index += 1) if (first[index] !== second[index]) return false;
  return true;
}

type MutableData = Exclude<TensorData, readonly string[]> | string[];

function newData(datatype: Datatype, length: number): MutableData {
  const { array, bytes } = datatypes[datatype];
  return array === null || bytes === null ? [] : new array(new ArrayBuffer(length * bytes));
}

function copyInto(target: MutableData, part: TensorData, offset: number): void {
  if (Array.isArray(target)) {
    for (const text of part as readonly string[]) target.push(text);
  } else if (target instanceof BigInt64Array || target instanceof BigUint64Array) {
    target.set(part as BigInt64Array | BigUint64Array, offset);
  } else {
    target.set(part as ArrayLike<number>, offset);
  }
}
