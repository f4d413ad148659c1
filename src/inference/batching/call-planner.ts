import { CallCost } from './call-cost.ts';
import { groupPortions } from './collate.ts';
import { greatestSizes, type OpenSizes, type Padding } from './padding.ts';
import { splitIntoCalls } from './split-calls.ts';
import type { Portion } from './submission.ts';

/** A portion with the sizes of its open dimensions: one row, where rows may be filled up. */
interface SizedPortion {
  readonly portion: Portion;
  readonly sizes: OpenSizes;
}

/**
 * Makes calls of the portions of a batch. Without padding those of one layout are a call; with it rows of like lengths are,
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

  /**
   * The calls for those portions that still want an answer.
   * @param portions of one row each, where there is padding.
   */
  plan(portions: readonly Portion[]): readonly (readonly Portion[])[] {
    const padding = this.#padding;
    const groups = groupPortions(portions, padding);
    if (padding === null) return groups;
    const budget = { maxPositions: this.#maxBatchTokens, positionsPerCall: this.#cost.positionsPerCall };
    return groups.flatMap((group) => {
      const sized = group.map((portion): SizedPortion => ({
        portion,
        sizes: padding.sizesOf(portion.block.columns),
      }));
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
  #keepWithin(call: readonly SizedPortion[], padding: Padding): Portion[][] {
    const positions = call.length * padding.positionsOf(greatestSizes(call.map(({ sizes }) => sizes)));
    if (call.length === 1 || positions <= this.#maxBatchTokens) return [call.map(({ portion }) => portion)];
    const middle = Math.ceil(call.length / 2);
    return [call.slice(0, middle), call.slice(middle)].flatMap((half) => this.#keepWithin(half, padding));
  }
}
