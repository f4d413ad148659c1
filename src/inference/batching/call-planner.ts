import { CallCost } from './call-cost.ts';
import { groupRows } from './collate.ts';
import { greatestSizes, type OpenSizes, type Padding } from './padding.ts';
import { splitIntoCalls } from './split-calls.ts';
import type { PendingRow } from './submission.ts';

/** A row with the sizes of its open dimensions. */
interface SizedRow {
  readonly row: PendingRow;
  readonly sizes: OpenSizes;
}

/**
 * Makes calls of the rows of a batch. Without padding rows of one layout are a call; with it rows of like lengths are,
 * as far apart as padding is cheaper than one more call.
 */
export class CallPlanner {
  readonly #padding: Padding | null;
  readonly #maxBatchTokens: number;
  readonly #cost = new CallCost();

  /** @param maxBatchTokens the most positions in a call, padding included. */
  constructor(padding: Padding | null, maxBatchTokens: number) {
    this.#padding = padding;
    this.#maxBatchTokens = maxBatchTokens;
  }

  /** The calls for those rows that still want an answer. */
  plan(rows: readonly PendingRow[]): readonly (readonly PendingRow[])[] {
    const padding = this.#padding;
    const groups = groupRows(rows, padding);
    if (padding === null) return groups;
    const budget = { maxPositions: this.#maxBatchTokens, positionsPerCall: this.#cost.positionsPerCall };
    return groups.flatMap((group) => {
      const sized = group.map((row): SizedRow => ({ row, sizes: padding.sizesOf(row.tensors) }));
      const lengths = sized.map(({ sizes }) => padding.positionsOf(sizes));
      return splitIntoCalls(lengths, budget).flatMap((places) =>
        this.#keepWithin(
          places.flatMap((place) => sized[place] ?? []),
          padding,
        ),
      );
    });
  }

  /** Learns from a call that succeeded. @param positions of its rows, padding included. */
  callTook(positions: number, milliseconds: number): void {
    this.#cost.observe(positions, milliseconds);
  }

  /** Rows with several open dimensions can be short, and long in different ones: filled up they are too much for a call. */
  #keepWithin(call: readonly SizedRow[], padding: Padding): PendingRow[][] {
    const positions = call.length * padding.positionsOf(greatestSizes(call.map(({ sizes }) => sizes)));
    if (call.length === 1 || positions <= this.#maxBatchTokens) return [call.map(({ row }) => row)];
    const middle = Math.ceil(call.length / 2);
    return [call.slice(0, middle), call.slice(middle)].flatMap((half) => this.#keepWithin(half, padding));
  }
}
