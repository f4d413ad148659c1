import type { FolderModel } from './model-folder.ts';

/** A tensor of one row, without the batch dimension. */
export interface RowTensor {
  readonly datatype: 'FP32' | 'INT64' | 'BYTES';
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
}

/** The inputs of one row, by their names in the model's file. */
export type Row = Readonly<Record<string, RowTensor>>;

/** A model with rows to predict, whichever contestant serves it. */
export interface Workload {
  /** The model's name in the gateway. */
  readonly name: string;
  /** The model, for those that serve nothing else. */
  readonly model: FolderModel;
  /** The gateway serves the models that it ships with, and not only this one. */
  readonly shipped: boolean;
  /** Names of the classes, for models whose answer is a class; the others answer the values of their first output. */
  readonly labels: readonly string[];
  readonly rows: readonly Row[];
  /** How the gateway is asked. */
  readonly document: string;
  /** The variables `$i` for a row. */
  variables(row: Row): object;
}

/** Large tensors travel as their bytes, where a contestant can take them so. */
export function isLarge({ data }: RowTensor): boolean {
  return data.length > 64;
}

/** The little-endian bytes of a tensor of numbers. */
export function bytesOf({ datatype, data }: RowTensor): Buffer {
  const numbers = data.map(Number);
  const typed = datatype === 'INT64' ? BigInt64Array.from(numbers, BigInt) : Float32Array.from(numbers);
  return Buffer.from(typed.buffer);
}

/** As JSON takes it best: base64 for large tensors, else numbers in a list. */
export function jsonOf(tensor: RowTensor): string | readonly (number | string)[] {
  return isLarge(tensor) ? bytesOf(tensor).toString('base64') : tensor.data;
}
