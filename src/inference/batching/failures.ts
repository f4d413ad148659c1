import { GatewayError, type ErrorCode, type GatewayErrorOptions } from '../../errors.ts';
import type { ModelIdentity } from './contract.ts';

/** Where the time of a prediction went, in whole milliseconds: `details` of every `DEADLINE_EXCEEDED`. */
export interface SpentTime {
  /** Until its row was there: reading the request, and making a row of the input. */
  readonly preparingMs: number;
  /** Until its call started. */
  readonly queuedMs: number;
  /** In its call. */
  readonly computingMs: number;
}

/** The moments that part the time of a prediction. */
export interface Moments {
  readonly requestedAt: number;
  /** When its row came to the batcher. */
  readonly arrivedAt: number;
  /** When the call with the row started; null while it waits. */
  readonly calledAt: number | null;
}

/** Makes the errors of batching, each with model and version and a sentence that says what to do. */
export class Failures {
  readonly #identity: ModelIdentity;

  constructor(identity: ModelIdentity) {
    this.#identity = identity;
  }

  overloaded(rows: number, queuedRows: number, maxQueueRows: number, retryAfterMs: number): GatewayError {
    const message = `The queue of ${this.#name} is full; try again in ${retryAfterMs} ms.`;
    const details = { rows, queuedRows, maxQueueRows };
    return this.#make('OVERLOADED', message, { limit: 'maxQueueRows', retryAfterMs, details });
  }

  overShare(
    details: Readonly<Record<'rows' | 'queuedRows' | 'maxQueueRows' | 'callerRows' | 'callerShare', number>>,
    retryAfterMs: number,
  ): GatewayError {
    const message =
      `The queue of ${this.#name} is more than half full, and a caller may have ${details.callerShare} rows in it while ` +
      `others wait; try again in ${retryAfterMs} ms.`;
    return this.#make('OVERLOADED', message, { limit: 'queueShare', retryAfterMs, details });
  }

  /** @param times now, the deadline of the rows, and when the last of them would be answered at the earliest. */
  tooLate(rows: number, queuedRows: number, times: Record<'now' | 'deadlineAt' | 'endAt', number>): GatewayError {
    const expectedMs = Math.round(times.endAt - times.now);
    const remainingMs = Math.max(0, Math.round(times.deadlineAt - times.now));
    const retryAfterMs = Math.max(1, Math.ceil(times.endAt - times.deadlineAt));
    const message =
      `${this.#name} has too much to do to answer by the deadline: it would take ${expectedMs} ms, and ` +
      `${remainingMs} ms are left; try again in ${retryAfterMs} ms.`;
    const details = { rows, queuedRows, expectedMs, remainingMs };
    return this.#make('OVERLOADED', message, { limit: 'deadline', retryAfterMs, details });
  }

  tooManyRows(rows: number, maxQueueRows: number): GatewayError {
    const message = `A list of ${rows} rows is longer than the queue of ${this.#name}; send at most ${maxQueueRows}.`;
    return this.#make('BATCH_TOO_LARGE', message, { limit: 'maxQueueRows', details: { rows, limit: maxQueueRows } });
  }

  draining(): GatewayError {
    return this.#make('MODEL_UNAVAILABLE', `${this.#name} is being unloaded; try again.`);
  }

  cancelled(): GatewayError {
    return this.#make('CANCELLED', 'The client left before the prediction was computed.');
  }

  deadlineExceeded({ requestedAt, arrivedAt, calledAt }: Moments, now: number): GatewayError {
    const details: SpentTime = {
      preparingMs: Math.round(arrivedAt - requestedAt),
      queuedMs: Math.round((calledAt ?? now) - arrivedAt),
      computingMs: calledAt === null ? 0 : Math.round(now - calledAt),
    };
    const computed = calledAt === null ? 'and was not computed' : `and was computed for ${details.computingMs} ms`;
    const message =
      'The prediction was not finished by its deadline: ' +
      `it was prepared for ${details.preparingMs} ms, waited ${details.queuedMs} ms ${computed}.`;
    return this.#make('DEADLINE_EXCEEDED', message, { details });
  }

  inferenceFailed(message: string): GatewayError {
    return this.#make('INFERENCE_FAILED', message);
  }

  /** What a call was rejected with, as it may be shown. Anything unforeseen is a fault of the server, never of the row. */
  of(reason: unknown): GatewayError {
    if (reason instanceof GatewayError) {
      return this.#make(reason.code, reason.message, { ...reason.options, cause: reason.options.cause ?? reason });
    }
    return this.#make('INTERNAL_SERVER_ERROR', `${this.#name} could not be run.`, { cause: reason });
  }

  get #name(): string {
    return `${this.#identity.model} version ${this.#identity.version}`;
  }

  #make(code: ErrorCode, message: string, options: GatewayErrorOptions = {}): GatewayError {
    const { model, version } = this.#identity;
    return new GatewayError(code, message, { ...options, model, version: String(version) });
  }
}
