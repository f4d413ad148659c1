import { datatypes, type Datatype, type TensorData } from './datatypes.ts';
import { elementCount, type NamedTensors, type Tensor } from './tensor.ts';

/** Whether two rows can be stacked: the same names with the same datatypes and shapes, in whatever order. */
export function sameLayout(first: NamedTensors, second: NamedTensors): boolean {
  if (first.size !== second.size) return false;
  for (const [name, tensor] of first) {
    const other = second.get(name);
    if (other === undefined || other.datatype !== tensor.datatype || !sameShape(other.shape, tensor.shape))
      return false;
  }
  return true;
}

/**
 * Makes one batch of rows: each tensor of shape `[...]` becomes one of shape `[rows.length, ...]`. Copies, also a single
 * row, because a call takes over its buffers, and the rows must outlive a call that fails.
 * @throws RangeError without rows, or when they do not have the same layout.
 */
export function stackRows(rows: readonly NamedTensors[]): NamedTensors {
  const first = rows[0];
  if (first === undefined) throw new RangeError('A batch needs at least one row.');
  const batch = new Map<string, Tensor>();
  for (const [name, { datatype, shape, data }] of first) {
    const stacked = newData(datatype, rows.length * data.length);
    let offset = 0;
    for (const row of rows) {
      const part = row.get(name)?.data;
      if (part?.length !== data.length) throw new RangeError(`The rows have different shapes of "${name}".`);
      copyInto(stacked, part, offset);
      offset += part.length;
    }
    batch.set(name, { datatype, shape: [rows.length, ...shape], data: stacked });
  }
  return batch;
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

/**
 * Cuts a tensor of shape `[rows, ...]` into its rows of shape `[...]`. The rows are views: each of them keeps the
 * whole buffer in memory. Strings are copied, which costs a pointer each.
 * @throws RangeError for a scalar, which has no rows.
 */
export function splitRows(tensor: Tensor): Tensor[] {
  const rowCount = tensor.shape[0];
  if (rowCount === undefined) throw new RangeError('A scalar cannot be split into rows.');
  const { datatype, data } = tensor;
  const shape = tensor.shape.slice(1);
  const length = elementCount(shape);
  const rows: Tensor[] = [];
  for (let start = 0; rows.length < rowCount; start += length) {
    rows.push({ datatype, shape, data: cut(data, start, start + length) });
  }
  return rows;
}

function sameShape(first: readonly number[], second: readonly number[]): boolean {
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

function cut(data: TensorData, start: number, end: number): TensorData {
  return ArrayBuffer.isView(data) ? data.subarray(start, end) : data.slice(start, end);
}
