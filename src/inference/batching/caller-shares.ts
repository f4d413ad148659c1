/**
 * The rows that wait, by their callers, and what one of them may have of a queue for which others wait too. Whoever has
 * no row is forgotten, so that there are never more callers here than rows.
 */
export class CallerShares {
  readonly #rows = new Map<string, number>();

  /** Rows of this caller that wait. */
  rowsOf(caller: string): number {
    return this.#rows.get(caller) ?? 0;
  }

  /** The most rows of this caller that may wait where so many may in all: an equal part for each that waits, and 1 at least. */
  shareOf(caller: string, maxQueueRows: number): number {
    const callers = this.#rows.size + (this.#rows.has(caller) ? 0 : 1);
    return Math.max(1, Math.floor(maxQueueRows / callers));
  }

  add(caller: string, rows: number): void {
    this.#rows.set(caller, this.rowsOf(caller) + rows);
  }

  /** To be called for all rows that were added, in whatever parts. */
  remove(caller: string, rows: number): void {
    const left = this.rowsOf(caller) - rows;
    if (left > 0) this.#rows.set(caller, left);
    else this.#rows.delete(caller);
  }
}
