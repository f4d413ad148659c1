import type { RepositoryHooks } from './model-entry.ts';

/** Closes what was loaded in the background: the last request that uses it may take its time. */
export class Closer<Served> {
  readonly #model: string;
  readonly #hooks: Pick<RepositoryHooks<Served>, 'close' | 'onFault'>;
  readonly #closing = new Set<Promise<void>>();

  constructor(model: string, hooks: Pick<RepositoryHooks<Served>, 'close' | 'onFault'>) {
    this.#model = model;
    this.#hooks = hooks;
  }

  /** @param onClosed called when it is closed, also where that failed. */
  close(loaded: Served, onClosed: () => void): void {
    const closing = this.#hooks
      .close(loaded)
      .catch((error: unknown) => this.#hooks.onFault(this.#model, error))
      .then(() => {
        this.#closing.delete(closing);
        onClosed();
      });
    this.#closing.add(closing);
  }

  /** Settles when all that is closing is closed. */
  async done(): Promise<void> {
    await Promise.all(this.#closing);
  }
}
