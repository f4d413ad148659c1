/**
 * Finds the words that a text begins with. The words lie sorted, so that those with a common beginning are neighbours and
 * each further character narrows a range: for a vocabulary of 250 thousand words a tenth of the memory of a tree of maps.
 */
export class PrefixTable {
  readonly #words: readonly string[];
  readonly #ids: Int32Array;
  /** The end of the range of words that begin with a unit of UTF-16; the range before ends where it begins. */
  readonly #ends = new Uint32Array(0x1_00_00);

  /** @param words with their ids; an empty word is never found. */
  constructor(words: ReadonlyMap<string, number>) {
    this.#words = [...words.keys()].filter((word) => word !== '').sort();
    this.#ids = Int32Array.from(this.#words, (word) => words.get(word) ?? -1);
    for (const word of this.#words) {
      const unit = word.charCodeAt(0);
      this.#ends[unit] = (this.#ends[unit] ?? 0) + 1;
    }
    for (let unit = 1; unit < this.#ends.length; unit += 1) {
      this.#ends[unit] = (this.#ends[unit] ?? 0) + (this.#ends[unit - 1] ?? 0);
    }
  }

  /** Calls `found` for each word that stands in `text` at `start`, with its end and its id, from short to long. */
  eachPrefix(text: string, start: number, found: (end: number, id: number) => void): void {
    const words = this.#words;
    const unit = text.charCodeAt(start);
    let low = unit === 0 ? 0 : (this.#ends[unit - 1] ?? 0);
    let high = this.#ends[unit] ?? 0;
    for (let depth = 1; low < high; depth += 1) {
      if (words[low]?.length === depth) {
        found(start + depth, this.#ids[low] ?? -1);
        low += 1;
      }
      if (start + depth >= text.length) return;
      const wanted = text.charCodeAt(start + depth);
      low = this.#firstAtLeast(wanted, depth, low, high);
      high = this.#firstAtLeast(wanted + 1, depth, low, high);
    }
  }

  /** The first of a range of words, all longer than `depth`, that has a unit of at least this there. */
  #firstAtLeast(unit: number, depth: number, from: number, to: number): number {
    let low = from;
    let high = to;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#words[middle]?.charCodeAt(depth) ?? 0) < unit) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
