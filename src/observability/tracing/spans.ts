import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { GatewayError } from '../../errors.ts';
import type { FieldSpans, OperationSpans, RequestEnd, RequestSpans, TracedCall, TracedModel } from './trace.ts';
import type { WallClock } from './wall-clock.ts';

/** Makes the spans of one trace, from points on the clock of `performance.now()`. */
class SpanMaker {
  readonly #tracer: Tracer;
  /** The same for a whole request, so that its spans fit together. */
  readonly #offset: number;

  constructor(tracer: Tracer, offset: number) {
    this.#tracer = tracer;
    this.#offset = offset;
  }

  begin(name: string, startedAt: number, under: Context, attributes: Attributes = {}, kind = SpanKind.INTERNAL): Span {
    return this.#tracer.startSpan(name, { kind, startTime: this.#offset + startedAt, attributes }, under);
  }

  /** @param error the code of what went wrong: messages may tell of inputs, which stay here. */
  end(span: Span, error: string | null = null, at = performance.now()): void {
    if (error !== null) {
      span.setAttribute('error.type', error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: error });
    }
    span.end(this.#offset + at);
  }
}

/**
 * Begins the span of a request.
 * @returns it, and how to tell more of it; null where it is not recorded.
 */
export function beginRequest(
  { tracer, clock }: { readonly tracer: Tracer; readonly clock: WallClock },
  name: string,
  startedAt: number,
  attributes: Attributes,
  parent: Context,
): { readonly span: Span; readonly spans: RequestSpans | null } {
  const maker = new SpanMaker(tracer, clock.offset);
  const span = maker.begin(name, startedAt, parent, attributes, SpanKind.SERVER);
  return { span, spans: span.isRecording() ? new RequestSpan(maker, span) : null };
}

class RequestSpan implements RequestSpans {
  readonly #maker: SpanMaker;
  readonly #span: Span;
  readonly #operations: OperationSpan[] = [];

  constructor(maker: SpanMaker, span: Span) {
    this.#maker = maker;
    this.#span = span;
  }

  operation(): OperationSpans {
    const span = this.#maker.begin('GraphQL Operation', performance.now(), inside(this.#span));
    const operation = new OperationSpan(this.#maker, span);
    this.#operations.push(operation);
    return operation;
  }

  end({ status, isAborted, errorCodes }: RequestEnd): void {
    const [code] = errorCodes;
    // Those that failed where nobody expected it, and those whose client did not wait for them.
    for (const operation of this.#operations) operation.end({ type: null, name: null, errorCodes: [...errorCodes] });
    if (isAborted) this.#span.setAttribute('inferql.aborted', true);
    else this.#span.setAttribute('http.response.status_code', status);
    if (errorCodes.size > 0) this.#span.setAttribute('inferql.error_codes', [...errorCodes]);
    // What is wrong with a request is no failure of the server: only 500 and above are, by the conventions for HTTP.
    this.#maker.end(this.#span, status >= 500 && !isAborted ? (code ?? String(status)) : null);
  }
}

class OperationSpan implements OperationSpans {
  readonly #maker: SpanMaker;
  readonly #span: Span;
  readonly #inside: Context;

  constructor(maker: SpanMaker, span: Span) {
    this.#maker = maker;
    this.#span = span;
    this.#inside = inside(span);
  }

  step(name: 'parse' | 'validate', startedAt: number, error: string | null): void {
    this.#maker.end(this.#maker.begin(name, startedAt, this.#inside), error);
  }

  field(kind: 'predict' | 'infer', model: TracedModel): FieldSpans {
    return new FieldSpan(this.#maker, this.#inside, kind, model);
  }

  end({ type, name, errorCodes }: Parameters<OperationSpans['end']>[0]): void {
    if (!this.#span.isRecording()) return;
    const [error = null] = errorCodes;
    if (type !== null) this.#span.updateName(type).setAttribute('graphql.operation.type', type);
    if (name !== null) this.#span.setAttribute('graphql.operation.name', name);
    this.#maker.end(this.#span, error);
  }
}

class FieldSpan implements FieldSpans {
  readonly #maker: SpanMaker;
  readonly #span: Span;
  readonly #inside: Context;
  readonly #model: Attributes;
  #queuedAt: number | null = null;
  #leftQueueAt: number | null = null;

  constructor(maker: SpanMaker, under: Context, kind: string, { name, version }: TracedModel) {
    this.#maker = maker;
    this.#model = { 'inferql.model': name, 'inferql.version': version };
    this.#span = maker.begin(`${kind} ${name}`, performance.now(), under, this.#model);
    this.#inside = inside(this.#span);
  }

  encoded(startedAt: number, endedAt: number): void {
    this.#maker.end(this.#maker.begin('encode', startedAt, this.#inside), null, endedAt);
  }

  queued(at: number, rows: number): void {
    this.#queuedAt = at;
    this.#span.setAttribute('inferql.rows', rows);
  }

  leftQueue(at: number): void {
    this.#leftQueueAt = at;
  }

  called(call: TracedCall, sharers: ReadonlyMap<FieldSpans, number>): void {
    const { startedAt, endedAt, error, batchSize, computeMs, outcome } = call;
    const mine = this.#beginCompute(call, sharers.get(this) ?? 0);
    // It is in the trace of one of its requests, and so recorded where they are: a trace of its own might not be.
    const batch = this.#maker.begin(`batch ${call.model}`, startedAt, inside(mine), {
      ...this.#model,
      'inferql.batch.size': batchSize,
      'inferql.batch.compute_ms': computeMs,
      'inferql.outcome': outcome,
    });
    const link = { context: batch.spanContext() };
    for (const [sharer, rows] of sharers) {
      if (!(sharer instanceof FieldSpan)) continue;
      const compute = sharer === this ? mine : sharer.#beginCompute(call, rows);
      compute.addLink(link);
      batch.addLink({ context: compute.spanContext(), attributes: { 'inferql.rows': rows } });
      sharer.#maker.end(compute, error, endedAt);
    }
    this.#maker.end(batch, error, endedAt);
  }

  decoded(startedAt: number, endedAt: number): void {
    this.#maker.end(this.#maker.begin('decode', startedAt, this.#inside), null, endedAt);
  }

  until<Result>(result: Promise<Result>): Promise<Result> {
    return result.then(
      (settled) => {
        const items: readonly unknown[] = Array.isArray(settled) ? settled : [settled];
        const errors = items.filter((item) => item instanceof Error);
        if (errors.length > 0) this.#span.setAttribute('inferql.rows.failed', errors.length);
        this.#end(errors.length > 0 ? codeOf(errors[0]) : null);
        return settled;
      },
      (error: unknown) => {
        this.#end(codeOf(error));
        throw error;
      },
    );
  }

  #end(error: string | null): void {
    const now = performance.now();
    if (this.#queuedAt !== null) {
      const queue = this.#maker.begin('queue', this.#queuedAt, this.#inside);
      // Rows that were never called have waited until now, in vain.
      this.#maker.end(queue, this.#leftQueueAt === null ? error : null, this.#leftQueueAt ?? now);
    }
    this.#maker.end(this.#span, error, now);
  }

  #beginCompute({ startedAt, batchSize }: TracedCall, rows: number): Span {
    const attributes = { ...this.#model, 'inferql.rows': rows, 'inferql.batch.size': batchSize };
    return this.#maker.begin('compute', startedAt, this.#inside, attributes);
  }
}

function inside(span: Span): Context {
  return trace.setSpan(ROOT_CONTEXT, span);
}

function codeOf(error: unknown): string {
  return error instanceof GatewayError ? error.code : 'INTERNAL_SERVER_ERROR';
}
