import type { Failures } from './failures.ts';

/** What is assumed of a call before the first was measured. */
const firstGuessMs = 50;
/** How much the newest call counts in the moving average: about the last ten calls matter. */
const newestWeight = 0.2;

export interface AdmissionOptions {
  readonly maxQueueRows: number;
  readonly rowsPerCall: number;
  readonly instances: number;
  readonly failures: Failures;
}

/**
 * Keeps the queue bounded, in rows that wait for their first call. A list is taken whole or not at all: half a list
 * would make the client repeat all of it, and cost the same again. Hence a list longer than the queue can never be
 * taken, and is told so with another code than one that only came at the wrong moment.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  #queuedRows = 0;
  #callMs = firstGuessMs;
  #measured = false;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  get queuedRows(): number {
    return this.#queuedRows;
  }

  /** How long it takes to work off what waits now, in whole milliseconds, at least 1. */
  get retryAfterMs(): number {
    const { rowsPerCall, instances } = this.#options;
    const calls = Math.ceil(this.#queuedRows / rowsPerCall);
    return Math.max(1, Math.ceil((calls / instances) * this.#callMs));
  }

  /** @throws GatewayError `BATCH_TOO_LARGE`, or `OVERLOADED` with `retryAfterMs`; then nothing was taken. */
  admit(rows: number): void {
    const { maxQueueRows, failures } = this.#options;
    if (rows > maxQueueRows) throw failures.tooManyRows(rows, maxQueueRows);
    if (this.#queuedRows + rows > maxQueueRows) {
      throw failures.overloaded(rows, this.#queuedRows, maxQueueRows, this.retryAfterMs);
    }
    this.#queuedRows += rows;
  }

  /** To be called once for each admitted row, when its first call starts or it leaves without one. */
  release(): void {
    this.#queuedRows -= 1;
  }

  /** Learns from a call how long calls take. */
  callTook(milliseconds: number): void {
    this.#callMs = this.#measured ? this.#callMs + newestWeight * (milliseconds - this.#callMs) : milliseconds;
    this.#measured = true;
  }
}
