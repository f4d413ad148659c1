/** What bounds and prices a call. */
export interface CallBudget {
  /** The most positions in a call, rows times the longest; a single longer row has a call of its own. */
  readonly maxPositions: number;
  /** As how many positions one more call costs. */
  readonly positionsPerCall: number;
}

/**
 * Parts rows into calls of like lengths, so that all calls together cost least: each costs its rows times its longest
 * row, and as much again as one more call does. Rows are taken in the order of their lengths, where the best parts are
 * always neighbours; the best cut before each row is found from those of the rows before it.
 * @param lengths positions of each row.
 * @returns places in `lengths`, a list for each call, the call of the first row at the front.
 */
export function splitIntoCalls(lengths: readonly number[], { maxPositions, positionsPerCall }: CallBudget): number[][] {
  const order = Uint32Array.from(lengths.keys()).toSorted(
    (one, other) => (lengths[one] ?? 0) - (lengths[other] ?? 0) || one - other,
  );
  // Where padding costs nothing, as few calls as the budget allows.
  const callCost = Math.min(positionsPerCall, Number.MAX_SAFE_INTEGER / 2 ** 16);
  const costs = new Float64Array(order.length + 1);
  const cuts = new Uint32Array(order.length + 1);
  for (let end = 1; end <= order.length; end += 1) {
    const longest = lengths[order[end - 1] ?? 0] ?? 0;
    let best = Number.POSITIVE_INFINITY;
    for (let start = end - 1; start >= 0; start -= 1) {
      const positions = (end - start) * longest;
      if (positions > maxPositions && start < end - 1) break;
      const cost = (costs[start] ?? 0) + callCost + positions;
      // Of equal costs the fewest calls.
      if (cost > best) continue;
      best = cost;
      cuts[end] = start;
    }
    costs[end] = best;
  }
  const calls: number[][] = [];
  for (let end = order.length; end > 0; end = cuts[end] ?? 0) calls.push([...order.subarray(cuts[end], end)]);
  // Whoever came first goes first.
  return calls.toSorted((one, other) => Math.min(...one) - Math.min(...other));
}
