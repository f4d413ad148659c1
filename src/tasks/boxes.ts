/** Boxes with their best class, one at each index, in any one unit of length. */
export interface Candidates {
  readonly scores: Float64Array;
  readonly classes: Uint32Array;
  /** Four numbers for each box: left, top, right, bottom. */
  readonly corners: Float64Array;
}

/** Which boxes are wanted. */
export interface Selection {
  /** The least score. */
  readonly threshold: number;
  /** Of two boxes of one class that overlap more than this, only the better one is kept. */
  readonly iouThreshold: number;
  /** The most boxes that are kept. */
  readonly limit: number;
}

/**
 * Non-maximum suppression within each class: from the best box on, each is kept unless it overlaps one of its class
 * that was kept before.
 * @returns indices, from the best score to the least; of equal scores the first box goes first.
 */
export function selectBoxes(candidates: Candidates, { threshold, iouThreshold, limit }: Selection): readonly number[] {
  const { scores, classes } = candidates;
  const places = Array.from(scores.keys()).filter((place) => (scores[place] ?? 0) >= threshold);
  const order = Uint32Array.from(places).sort((one, other) => (scores[other] ?? 0) - (scores[one] ?? 0) || one - other);
  const kept: number[] = [];
  const keptOfClass = new Map<number, number[]>();
  for (const place of order) {
    if (kept.length >= limit) break;
    const rivals = keptOfClass.get(classes[place] ?? 0);
    if (rivals === undefined) keptOfClass.set(classes[place] ?? 0, [place]);
    else if (rivals.some((rival) => overlap(candidates, rival, place) > iouThreshold)) continue;
    else rivals.push(place);
    kept.push(place);
  }
  return kept;
}

/** The area that two boxes share, divided by the area that they cover together: 0 to 1. */
export function overlap({ corners }: Pick<Candidates, 'corners'>, one: number, other: number): number {
  const [a, b] = [one * 4, other * 4];
  const [left, right] = [
    Math.max(corners[a] ?? 0, corners[b] ?? 0),
    Math.min(corners[a + 2] ?? 0, corners[b + 2] ?? 0),
  ];
  if (left >= right) return 0;
  const top = Math.max(corners[a + 1] ?? 0, corners[b + 1] ?? 0);
  const bottom = Math.min(corners[a + 3] ?? 0, corners[b + 3] ?? 0);
  if (top >= bottom) return 0;
  const shared = (right - left) * (bottom - top);
  return shared / (area(corners, a) + area(corners, b) - shared);
}

function area(corners: Float64Array, first: number): number {
  const width = (corners[first + 2] ?? 0) - (corners[first] ?? 0);
  return width * ((corners[first + 3] ?? 0) - (corners[first + 1] ?? 0));
}
