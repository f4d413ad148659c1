import { type ErrorCode, GatewayError } from '../errors.ts';
import type { FieldSpans } from '../observability/tracing/trace.ts';
import type { RowAnswers } from './batching/contract.ts';
import type { ServedModel } from './served-model.ts';
import type { SlowPrediction } from './slow-prediction.ts';

type RecordedVersion = Pick<ServedModel, 'name' | 'version' | 'recorder' | 'slow' | 'clock'>;

/**
 * Where the time of one prediction, list or raw inference goes, in moments on the clock of the served models, and what
 * came of it, for the counts of its version, and for its trace where it has one.
 */
export class PredictionRecord {
  /** When its request had wholly come. */
  readonly #arrivedAt: number;
  /** When rows began to be made of its inputs. */
  readonly #beganAt: number;
  /** When its rows were there; null while they are not. */
  #encodedAt: number | null = null;
  /** When the last of its results was made; null while none was. */
  #decodedAt: number | null = null;
  readonly #served: RecordedVersion;
  readonly #requestId: string;
  readonly #spans: FieldSpans | null;
  #lastAnswer: RowAnswers | null = null;
  #lastAnsweredAt: number | null = null;

  constructor(
    served: RecordedVersion,
    request: { readonly arrivedAt: number; readonly requestId: string; readonly spans?: FieldSpans | null },
  ) {
    const { arrivedAt, requestId, spans = null } = request;
    this.#served = served;
    this.#requestId = requestId;
    this.#spans = spans;
    this.#arrivedAt = arrivedAt;
    this.#beganAt = served.clock.now();
  }

  /** Its rows are there. */
  encoded(): void {
    const { recorder, clock } = this.#served;
    this.#encodedAt = clock.now();
    recorder.encoded(this.#encodedAt - this.#beganAt);
    this.#spans?.encoded(this.#beganAt, this.#encodedAt);
  }

  /** A call has answered some of its rows. @returns when, for `decoded`. */
  answered(answer: RowAnswers): number {
    const {
      queueMs,
      outputs: { rows },
    } = answer;
    this.#lastAnswer = answer;
    const { recorder, clock } = this.#served;
    const now = clock.now();
    this.#lastAnsweredAt = now;
    recorder.waited(queueMs, rows, now);
    return now;
  }

  /** Results were made of an answer, from a moment on. */
  decoded(since: number): void {
    const { recorder, clock } = this.#served;
    this.#decodedAt = clock.now();
    recorder.decoded(this.#decodedAt - since);
    this.#spans?.decoded(since, this.#decodedAt);
  }

  /** Every row has its result. */
  succeeded(rows: number): void {
    this.#end('success', rows);
    this.#served.recorder.inferencesEnded('success', rows);
  }

  /** It was refused as a whole, or failed. @param rows those that were asked for. */
  failed(error: unknown, rows: number): void {
    const code = codeOf(error);
    this.#end(code, rows);
    this.#served.recorder.inferencesEnded(code, rows);
  }

  /** Each item of a list has its result or its error. */
  endedWith(results: readonly (object | Error)[]): void {
    const errors = results.filter((result) => result instanceof Error);
    if (errors.length === 0) return this.succeeded(results.length);
    const { recorder } = this.#served;
    this.#end(errors.length < results.length ? 'partial' : codeOf(errors[0]), results.length);
    for (const error of errors) recorder.inferencesEnded(codeOf(error), 1);
    if (errors.length < results.length) recorder.inferencesEnded('success', results.length - errors.length);
  }

  #end(outcome: SlowPrediction['outcome'], rows: number): void {
    const { recorder, slow, clock } = this.#served;
    const now = clock.now();
    const durationMs = now - this.#arrivedAt;
    recorder.requestEnded(outcome, now, durationMs);
    if (slow !== null && durationMs > slow.afterMs) slow.tell(this.#whereTimeWent(outcome, rows, now));
  }

  #whereTimeWent(outcome: SlowPrediction['outcome'], rows: number, now: number): SlowPrediction {
    const { name: model, version } = this.#served;
    const answer = this.#lastAnswer;
    return {
      requestId: this.#requestId,
      model,
      version,
      rows,
      outcome,
      durationMs: hundredths(now - this.#arrivedAt),
      preparingMs: hundredths((this.#encodedAt ?? now) - this.#arrivedAt),
      ...(answer === null
        ? {}
        : {
            queuedMs: hundredths(answer.queueMs),
            computingMs: hundredths(answer.computeMs),
            batchSize: answer.batchSize,
            decodingMs: hundredths((this.#decodedAt ?? now) - (this.#lastAnsweredAt ?? now)),
          }),
    };
  }
}

function hundredths(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}

function codeOf(error: unknown): ErrorCode {
  return error instanceof GatewayError ? error.code : 'INTERNAL_SERVER_ERROR';
}
