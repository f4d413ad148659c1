/*
 * What the parts of the server tell the trace of a request. Nothing here loads anything: with tracing off there is no
 * trace, and whoever would tell it something finds null. All times are points on the clock of `performance.now()`.
 */

/** The trace that a request belongs to, for its log lines and its errors. */
export interface RequestTrace {
  readonly traceId: string;
  /** The span of the request itself; null where no traces are made, and the trace is only the caller's. */
  readonly spanId: string | null;
  /** Null where the trace is not recorded. */
  readonly spans: RequestSpans | null;
}

/** What is known of a request when its headers were read. */
export interface RequestHead {
  readonly method: string;
  /** The route's path; null where there is none at what was asked for. */
  readonly route: string | null;
  readonly scheme: 'http' | 'https';
  readonly httpVersion: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly requestId: string;
  readonly startedAt: number;
}

/** How a request ended. */
export interface RequestEnd {
  readonly status: number;
  readonly isAborted: boolean;
  readonly errorCodes: ReadonlySet<string>;
}

/** Finds out to which trace a request belongs. */
export interface RequestTracer {
  /** Whether traces are recorded at all. */
  readonly isOn: boolean;
  /** Null where the request belongs to no trace. */
  begin(request: RequestHead): RequestTrace | null;
}

/** The span of a request. */
export interface RequestSpans {
  /** A GraphQL operation of it begins. */
  operation(): OperationSpans;
  /** Ends it, and the operations of it that have not ended. To be called once. */
  end(how: RequestEnd): void;
}

/** The span of a GraphQL operation. */
export interface OperationSpans {
  /** A step of it ended now, well or with an error of this code. */
  step(name: 'parse' | 'validate', startedAt: number, error: string | null): void;
  /** Something is asked of a model. */
  field(kind: 'predict' | 'infer', model: TracedModel): FieldSpans;
  /** Only the first call counts. */
  end(what: { type: string | null; name: string | null; errorCodes: readonly string[] }): void;
}

export interface TracedModel {
  readonly name: string;
  readonly version: number;
}

/** The span of one field that asks something of a model. */
export interface FieldSpans {
  /** Inputs were made rows between these moments. */
  encoded(startedAt: number, endedAt: number): void;
  /** So many rows wait from then on. */
  queued(at: number, rows: number): void;
  /** Some of its rows go into their first call. */
  leftQueue(at: number): void;
  /** A call with rows of it has ended. @param sharers all that have rows in it, this one among them, and how many. */
  called(call: TracedCall, sharers: ReadonlyMap<FieldSpans, number>): void;
  /** Results were made of rows between these moments. */
  decoded(startedAt: number, endedAt: number): void;
  /** Ends it with what is promised, which it gives back: a result, an error, or a list of both. */
  until<Result>(result: Promise<Result>): Promise<Result>;
}

/** One call of a model. */
export interface TracedCall {
  readonly model: string;
  readonly version: number;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Rows in it, those of requests that are not traced among them. */
  readonly batchSize: number;
  /** Milliseconds inside the model's runtime. */
  readonly computeMs: number;
  readonly outcome: string;
  /** The code of its error; null where it went well. */
  readonly error: string | null;
}

/** Where requests get their traces, and how what was recorded is sent before the end. */
export interface Tracing {
  readonly tracer: RequestTracer;
  /** Sends what is left, for no longer than sending may take. Nothing is recorded from then on. Never rejects. */
  stop(): Promise<void>;
}

/** Who records. */
export interface TracedProcess {
  readonly softwareVersion: string;
  /** Which of several processes it is; null for one that has no peers. */
  readonly processNumber: number | null;
  /** The longest that sending may take, in milliseconds. */
  readonly graceMs: number;
}
