import type { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { Caller, RequestUsage } from '../graphql/context.ts';
import { newUsage } from '../graphql/context.ts';
import type { ErrorScope } from '../graphql/format-error.ts';
import type { RequestTrace } from '../observability/tracing/trace.ts';

/** One HTTP request, from its headers to its log line. */
export interface RequestScope extends ErrorScope {
  readonly requestId: string;
  readonly usage: RequestUsage;
  readonly startedAt: number;
  /** What is to be done once it is over, answered or left. */
  readonly endings: (() => void)[];
  /** Who sent it; null until that was found out, and where nobody asked. */
  caller: Caller | null;
  /** The trace that it belongs to; null where there is none. */
  trace: RequestTrace | null;
}

/** Knows the request that the code at hand works for, across every `await`. */
export type ScopeStorage = AsyncLocalStorage<RequestScope>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Set as soon as the headers were read, before anything can fail. */
    scope: RequestScope;
  }
}

const acceptableId = /^[\w.:-]{1,128}$/;

/** Opens the scope of a request, under the id that its sender gave it where that is a usable one. */
export function openScope(header: string | string[] | undefined): RequestScope {
  const requestId = typeof header === 'string' && acceptableId.test(header) ? header : randomUUID();
  const usage = newUsage();
  return {
    requestId,
    usage,
    errorCodes: usage.errorCodes,
    refusedBy: null,
    faults: null,
    endings: [],
    startedAt: performance.now(),
    caller: null,
    trace: null,
  };
}
