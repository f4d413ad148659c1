import type { RunResult } from '../../backends/backend.ts';
import type { BatchAxis } from '../../tasks/row-signature.ts';
import { copyRow, sameLayout, splitRows, stackRows } from '../../tensors/stack.ts';
import type { NamedTensors, Tensor } from '../../tensors/tensor.ts';
import type { BatcherOptions } from './contract.ts';
import type { Failures } from './failures.ts';
import { greatestSizes, type OpenSizes, type Padding } from './padding.ts';
import type { PendingRow } from './submission.ts';

/**
 * Parts the rows that still want an answer by datatypes and shapes: rows of different shapes share a call only where
 * padding makes them alike.
 */
export function groupRows(rows: readonly PendingRow[], padding: Padding | null): PendingRow[][] {
  const groups: PendingRow[][] = [];
  let latest: PendingRow[] | undefined;
  for (const row of rows) {
    if (row.answered) continue;
    // Neighbours are usually alike, so the group of the last row is tried before the others are searched.
    if (!fits(row, latest, padding)) latest = groups.find((group) => fits(row, group, padding));
    if (latest === undefined) groups.push((latest = []));
    latest.push(row);
  }
  return groups;
}

function fits(row: PendingRow, group: readonly PendingRow[] | undefined, padding: Padding | null): boolean {
  const first = group?.[0];
  if (first === undefined) return false;
  return padding === null ? sameLayout(first.tensors, row.tensors) : padding.fits(first.tensors, row.tensors);
}

/** The outputs that at least one of the rows needs, each once; the fallback where none needs any. */
export function neededOutputs(rows: readonly PendingRow[], fallbackOutput: string): string[] {
  const names = new Set<string>();
  let latest: readonly string[] = [];
  for (const { submission } of rows) {
    const { outputs } = submission.options;
    if (outputs === latest) continue;
    latest = outputs;
    for (const name of outputs) names.add(name);
  }
  return names.size === 0 ? [fallbackOutput] : [...names];
}

/** The inputs of one call, and what it takes to part its outputs. */
export interface CollatedCall {
  readonly inputs: NamedTensors;
  /** The sizes that the open dimensions of each row had before it was filled up; null where no row was. */
  readonly sizes: readonly OpenSizes[] | null;
  /** Positions in all rows, padding included; without padding the rows. */
  readonly positions: number;
}

/** Makes one call of rows. Always copies: the call takes over its buffers, and the rows must outlive a failure. */
export function collate(rows: readonly PendingRow[], axis: BatchAxis, padding: Padding | null): CollatedCall {
  const [first] = rows;
  if (axis.kind === 'none' && first !== undefined) {
    return { inputs: copyRow(first.tensors), sizes: null, positions: 1 };
  }
  const tensors = rows.map((row) => row.tensors);
  if (padding === null) return { inputs: stackRows(tensors), sizes: null, positions: rows.length };
  const sizes = tensors.map((row) => padding.sizesOf(row));
  const greatest = greatestSizes(sizes);
  const inputs = stackRows(tensors.map((row) => padding.fill(row, greatest)));
  return { inputs, sizes, positions: rows.length * padding.positionsOf(greatest) };
}

/**
 * The outputs of each row, by what its caller asked for.
 * @throws GatewayError `INFERENCE_FAILED` when an output is missing, or has not as many rows as went in.
 */
export function distribute(
  rows: readonly PendingRow[],
  result: RunResult,
  { axis, padding }: Pick<BatcherOptions, 'axis' | 'padding'>,
  sizes: CollatedCall['sizes'],
  failures: Failures,
): NamedTensors[] {
  const columns = new Map<string, readonly Tensor[]>();
  for (const [name, tensor] of result.outputs) {
    if (axis.kind === 'none') {
      columns.set(name, [tensor]);
      continue;
    }
    if (tensor.shape[0] !== rows.length) throw failures.inferenceFailed(describeMismatch(name, tensor, rows.length));
    columns.set(name, splitRows(tensor));
  }
  return rows.map(({ submission }, index) => {
    const row = new Map<string, Tensor>();
    for (const name of submission.options.outputs) {
      const tensor = columns.get(name)?.[index];
      if (tensor === undefined) throw failures.inferenceFailed(`The model did not return the output "${name}".`);
      const own = sizes?.[index];
      row.set(name, padding === null || own === undefined ? tensor : padding.cut(name, tensor, own));
    }
    return row;
  });
}

function describeMismatch(name: string, tensor: Tensor, rows: number): string {
  const [received] = tensor.shape;
  const has = received === undefined ? 'is a scalar' : `has ${received} ${received === 1 ? 'row' : 'rows'}`;
  return `The output "${name}" ${has} for a batch of ${rows}.`;
}
