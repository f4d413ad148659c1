/** Words are only taken for one another when at most this share of their letters differs. */
const greatestShare = 0.4;

/**
 * The word that was most likely meant: the one that takes the fewest slips of the keyboard (a letter left out, put in,
 * wrong, or swapped with its neighbour), whatever its case and separators.
 * @returns null when none is near.
 */
export function nearestWord(written: string, words: Iterable<string>): string | null {
  const plain = simplify(written);
  let nearest: string | null = null;
  let fewest = Infinity;
  for (const word of words) {
    const candidate = simplify(word);
    const slips = countSlips(plain, candidate);
    if (slips < fewest && slips <= Math.max(plain.length, candidate.length) * greatestShare) {
      nearest = word;
      fewest = slips;
    }
  }
  return nearest;
}

/** `max_batch_size` and `maxBatchSize` differ only in the habits of their writers. */
function simplify(word: string): string {
  return word
    .slice(0, 64)
    .toLowerCase()
    .replaceAll(/[_\- ]/g, '');
}

/** The optimal string alignment distance, row by row. */
function countSlips(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const wrong = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        (row[j - 1] ?? 0) + 1,
        (last[j] ?? 0) + 1,
        (last[j - 1] ?? 0) + wrong,
        swapped ? (before[j - 2] ?? 0) + 1 : Infinity,
      );
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
