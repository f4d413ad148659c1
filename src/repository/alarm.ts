/** Calls back at the earliest of the times that were asked for. */
export class Alarm {
  readonly #callback: () => void;
  #timer: { readonly at: number; readonly timeout: NodeJS.Timeout } | null = null;
  #stopped = false;

  constructor(callback: () => void) {
    this.#callback = callback;
  }

  /** Asks to be called in so many milliseconds. */
  in(delayMs: number): void {
    const at = Date.now() + delayMs;
    if (this.#stopped || (this.#timer !== null && this.#timer.at <= at)) return;
    if (this.#timer !== null) clearTimeout(this.#timer.timeout);
    const timeout = setTimeout(() => {
      this.#timer = null;
      this.#callback();
    }, delayMs);
    this.#timer = { at, timeout };
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer.timeout);
  }
}
