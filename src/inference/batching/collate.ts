import type { RunResult } from '../../backends/backend.ts';
import type { BatchAxis } from '../../tasks/row-signature.ts';
import { copyRow, sameLayout, splitRows, stackRows } from '../../tensors/stack.ts';
import type { NamedTensors, Tensor } from '../../tensors/tensor.ts';
import type { Failures } from './failures.ts';
import type { PendingRow } from './submission.ts';

/** Parts the rows that still want an answer by datatypes and shapes: rows of different shapes never share a call. */
export function groupByLayout(rows: readonly PendingRow[]): PendingRow[][] {
  const groups: PendingRow[][] = [];
  let latest: PendingRow[] | undefined;
  for (const row of rows) {
    if (row.answered) continue;
    // Neighbours are usually alike, so the group of the last row is tried before the others are searched.
    if (!fits(row, latest)) latest = groups.find((group) => fits(row, group));
    if (latest === undefined) groups.push((latest = []));
    latest.push(row);
  }
  return groups;
}

function fits(row: PendingRow, group: readonly PendingRow[] | undefined): boolean {
  const first = group?.[0];
  return first !== undefined && sameLayout(first.tensors, row.tensors);
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

/** The inputs of one call. Always copies: the call takes over its buffers, and the rows must outlive a failure. */
export function collate(rows: readonly PendingRow[], axis: BatchAxis): NamedTensors {
  const [first] = rows;
  if (axis.kind === 'none' && first !== undefined) return copyRow(first.tensors);
  return stackRows(rows.map((row) => row.tensors));
}

/**
 * The outputs of each row, by what its caller asked for.
 * @throws GatewayError `INFERENCE_FAILED` when an output is missing, or has not as many rows as went in.
 */
export function distribute(
  rows: readonly PendingRow[],
  result: RunResult,
  axis: BatchAxis,
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
      row.set(name, tensor);
    }
    return row;
  });
}

function describeMismatch(name: string, tensor: Tensor, rows: number): string {
  const [received] = tensor.shape;
  const has = received === undefined ? 'is a scalar' : `has ${received} ${received === 1 ? 'row' : 'rows'}`;
  return `The output "${name}" ${has} for a batch of ${rows}.`;
}
