import type { RepositoryEvent } from './model-entry.ts';

/** An event, and when it happened. */
export type PastEvent = RepositoryEvent & { readonly at: Date };

/** The last things that happened, oldest first. Bounded: the log has them all. */
export class EventHistory {
  readonly #limit: number;
  #events: PastEvent[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(event: RepositoryEvent): void {
    this.#events.push({ ...event, at: new Date() });
    // Cut in blocks: moving a thousand entries for each new one would be wasted work.
    if (this.#events.length >= 2 * this.#limit) this.#events = this.#events.slice(-this.#limit);
  }

  /** The last so many events, the newest first. */
  last(count: number): readonly PastEvent[] {
    return this.#events.slice(-Math.min(count, this.#limit)).toReversed();
  }

  /** When a model's folder was last seen to go; null where that is not remembered. */
  removedAt(model: string): Date | null {
    return this.#events.findLast((event) => event.kind === 'REMOVED' && event.model === model)?.at ?? null;
  }
}
