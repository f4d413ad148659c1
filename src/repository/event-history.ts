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

  /** The last so many events, the newest first, of the models that are meant. */
  last(count: number, isMeant?: (model: string) => boolean): readonly PastEvent[] {
    const known = this.#events.slice(-this.#limit);
    const meant = isMeant === undefined ? known : known.filter(({ model }) => isMeant(model));
    return meant.slice(-count).toReversed();
  }

  /** The model, of those that are meant, whose folder went last, and when; null where that is not remembered. */
  lastRemoved(isMeant: (model: string) => boolean): Pick<PastEvent, 'model' | 'at'> | null {
    return this.#events.findLast(({ kind, model }) => kind === 'REMOVED' && isMeant(model)) ?? null;
  }
}
