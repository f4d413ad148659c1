import { CallCost } from './call-cost.ts';
import { CallerShares } from './caller-shares.ts';
import type { Failures } from './failures.ts';
import { earliestEnd, type RunningCall } from './forecast.ts';

/** What is assumed of a call before the first was measured. */
const firstGuessMs = 50;
/** How much the newest call counts in what calls are expected to take: about the last ten matter. */
const newestWeight = 0.2;

/**
 * How much longer than expected it may take. Rows that are just not answered in time have taken the time of others: while
 * more comes than can be answered, a queue that ends at the deadline is late every other time, and calls take longer than
 * they did, since refusing takes CPU time too. At three times the load half as much again lets 1.0 of the peak be answered
 * in time, a quarter 0.86 (bench, `overload`).
 */
const allowance = 1.5;

export interface AdmissionOptions {
  readonly maxQueueRows: number;
  readonly rowsPerCall: number;
  readonly instances: number;
  readonly failures: Failures;
  /** The calls that run now. */
  readonly running: () => Iterable<RunningCall>;
}

/** Rows that ask for a place in the queue. */
export interface Arrival {
  readonly rows: number;
  readonly now: number;
  readonly deadlineAt: number;
  /** Whose they are; undefined for those of the server itself. */
  readonly caller?: string | undefined;
}

/**
 * Keeps the queue bounded, in rows that wait for their first call. A list is taken whole or not at all: half a list
 * would make the client repeat all of it, and cost the same again. Hence a list longer than the queue can never be
 * taken, and is told so with another code than one that only came at the wrong moment.
 *
 * While the queue is more than half full, no caller may have more of it than its share, so that one who sends without end
 * leaves room for the others.
 *
 * What could not be answered by its deadline, as calls have cost so far, is refused at once, but never where nothing
 * waits: whatever was measured, calls go on, and each corrects what is expected of the next.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  #queuedRows = 0;
  readonly #cost = new CallCost(1 - newestWeight);
  readonly #shares = new CallerShares();

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
    const callMs = this.#cost.millisecondsOf(rowsPerCall) ?? firstGuessMs;
    return Math.max(1, Math.ceil((calls / instances) * callMs));
  }

  /** @throws GatewayError `BATCH_TOO_LARGE`, or `OVERLOADED` with `retryAfterMs`; then nothing was taken. */
  admit(arrival: Arrival): void {
    const { maxQueueRows, failures } = this.#options;
    const { rows } = arrival;
    if (rows > maxQueueRows) throw failures.tooManyRows(rows, maxQueueRows);
    if (this.#queuedRows + rows > maxQueueRows) {
      throw failures.overloaded(rows, this.#queuedRows, maxQueueRows, this.retryAfterMs);
    }
    this.#requireShare(arrival);
    if (this.#queuedRows > 0) this.#requireTime(arrival);
    this.#queuedRows += rows;
    if (arrival.caller !== undefined) this.#shares.add(arrival.caller, rows);
  }

  /** To be called once for each of the admitted rows, when their first call starts or they leave without one. */
  release(rows: number, caller?: string): void {
    this.#queuedRows -= rows;
    if (caller !== undefined) this.#shares.remove(caller, rows);
  }

  /** Learns from a call that succeeded how long calls take; those that fail say little of it. */
  callTook(milliseconds: number, rows: number): void {
    this.#cost.observe(rows, milliseconds);
  }

  #requireShare({ rows, caller }: Arrival): void {
    const { maxQueueRows, failures } = this.#options;
    const queuedRows = this.#queuedRows;
    if (caller === undefined || queuedRows + rows <= maxQueueRows / 2) return;
    const callerRows = this.#shares.rowsOf(caller);
    const callerShare = this.#shares.shareOf(caller, maxQueueRows);
    if (callerRows + rows <= callerShare) return;
    throw failures.overShare({ rows, queuedRows, maxQueueRows, callerRows, callerShare }, this.retryAfterMs);
  }

  #requireTime({ rows, now, deadlineAt }: Arrival): void {
    const { rowsPerCall, instances, running, failures } = this.#options;
    const waiting = { now, rows: this.#queuedRows + rows, rowsPerCall, instances, running: running() };
    const earliestAt = earliestEnd(waiting, (size) => this.#cost.millisecondsOf(size) ?? 0);
    const endAt = now + allowance * (earliestAt - now);
    if (endAt > deadlineAt) throw failures.tooLate(rows, this.#queuedRows, { now, deadlineAt, endAt });
  }
}
