import type { RunResult } from '../../backends/backend.ts';
import type { BatchAxis } from '../../tasks/row-signature.ts';
import {
  batchOf,
  blockOf,
  copyRow,
  fillBuffers,
  type RowBlock,
  sameLayout,
  sliceColumn,
  stackBlocks,
} from '../../tensors/row-block.ts';
import type { NamedTensors, Tensor } from '../../tensors/tensor.ts';
import type { BatcherOptions } from './contract.ts';
import type { Failures } from './failures.ts';
import { greatestSizes, type OpenSizes, type Padding } from './padding.ts';
import { type Portion, rowsIn } from './submission.ts';

/**
 * Parts the portions that still want an answer by datatypes and shapes: rows of different shapes share a call only where
 * padding makes them alike.
 */
export function groupPortions(portions: readonly Portion[], padding: Padding | null): Portion[][] {
  const groups: Portion[][] = [];
  let latest: Portion[] | undefined;
  for (const portion of portions) {
    if (portion.answered) continue;
    // Neighbours are usually alike, so the group of the last portion is tried before the others are searched.
    if (!fits(portion, latest, padding)) latest = groups.find((group) => fits(portion, group, padding));
    if (latest === undefined) groups.push((latest = []));
    latest.push(portion);
  }
  return groups;
}

function fits({ block }: Portion, group: readonly Portion[] | undefined, padding: Padding | null): boolean {
  const first = group?.[0];
  if (first === undefined) return false;
  const { columns } = first.block;
  return padding === null ? sameLayout(columns, block.columns) : padding.fits(columns, block.columns);
}

/** The outputs that at least one of the portions needs, each once; the fallback where none needs any. */
export function neededOutputs(portions: readonly Portion[], fallbackOutput: string): string[] {
  const names = new Set<string>();
  let latest: readonly string[] = [];
  for (const { submission } of portions) {
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
  /** The sizes that the open dimensions of each portion had before it was filled up; null where none was. */
  readonly sizes: readonly OpenSizes[] | null;
  /** Positions in all rows, padding included; without padding the rows. */
  readonly positions: number;
}

/** Makes one call of portions. Copies them, unless one can be handed on as it is: the call takes over its buffers. */
export function collate(portions: readonly Portion[], axis: BatchAxis, padding: Padding | null): CollatedCall {
  const [first] = portions;
  if (axis.kind === 'none' && first !== undefined) {
    const { columns } = first.block;
    return { inputs: mayBeHandedOn(first) ? columns : copyRow(columns), sizes: null, positions: 1 };
  }
  if (padding === null && portions.length === 1 && first !== undefined && mayBeHandedOn(first)) {
    return { inputs: batchOf(first.block), sizes: null, positions: 1 };
  }
  const blocks = portions.map(({ block }) => block);
  const rows = rowsIn(portions);
  if (padding === null) return { inputs: stackBlocks(blocks), sizes: null, positions: rows };
  const sizes = blocks.map(({ columns }) => padding.sizesOf(columns));
  const greatest = greatestSizes(sizes);
  const inputs = stackBlocks(
    blocks.map((block) => ({ rows: block.rows, columns: padding.fill(block.columns, greatest) })),
  );
  return { inputs, sizes, positions: rows * padding.positionsOf(greatest) };
}

/** Rows that share a call are tried again where it fails; a single row is not, and a part of a buffer is not its own. */
function mayBeHandedOn({ rows, block, submission }: Portion): boolean {
  return rows === 1 && submission.options.givesRowsAway === true && fillBuffers(block.columns);
}

/**
 * The outputs of each portion, by what its caller asked for.
 * @throws GatewayError `INFERENCE_FAILED` when an output is missing, or has not as many rows as went in.
 */
export function distribute(
  portions: readonly Portion[],
  result: RunResult,
  { axis, padding }: Pick<BatcherOptions, 'axis' | 'padding'>,
  sizes: CollatedCall['sizes'],
  failures: Failures,
): RowBlock[] {
  const rows = rowsIn(portions);
  const answered = axis.kind === 'none' ? result.outputs : asBlock(result, rows, failures).columns;
  let start = 0;
  return portions.map((portion, index) => {
    const columns = new Map<string, Tensor>();
    for (const name of portion.submission.options.outputs) {
      const column = answered.get(name);
      if (column === undefined) throw failures.inferenceFailed(`The model did not return the output "${name}".`);
      const part = sliceColumn(column, rows, start, portion.rows);
      const own = sizes?.[index];
      columns.set(name, padding === null || own === undefined ? part : padding.cut(name, part, own));
    }
    start += portion.rows;
    return { rows: portion.rows, columns };
  });
}

function asBlock({ outputs }: RunResult, rows: number, failures: Failures): RowBlock {
  for (const [name, tensor] of outputs) {
    if (tensor.shape[0] !== rows) throw failures.inferenceFailed(describeMismatch(name, tensor, rows));
  }
  return blockOf(outputs, rows);
}

function describeMismatch(name: string, tensor: Tensor, rows: number): string {
  const [received] = tensor.shape;
  const has = received === undefined ? 'is a scalar' : `has ${received} ${received === 1 ? 'row' : 'rows'}`;
  return `The output "${name}" ${has} for a batch of ${rows}.`;
}
