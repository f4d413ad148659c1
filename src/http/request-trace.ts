import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerTraces } from '../observability/tracing/caller-traces.ts';
import type { RequestTrace, RequestTracer } from '../observability/tracing/trace.ts';
import { graphqlPath } from './request-log.ts';
import type { RequestScope } from './request-scope.ts';

/**
 * Finds out to which trace a request belongs. Of probes and files of the playground no traces are made: they would drown
 * the rest. With tracing off this is one look at the headers.
 */
export function beginTrace(
  request: FastifyRequest,
  { requestId, startedAt }: RequestScope,
  graphqlTracer: RequestTracer,
): RequestTrace | null {
  const { headers } = request.raw;
  if (!graphqlTracer.isOn && headers['traceparent'] === undefined) return null;
  const { method, protocol: scheme, routeOptions } = request;
  const { httpVersion } = request.raw;
  const route = routeOptions.url ?? null;
  const tracer = route === null || route === graphqlPath ? graphqlTracer : callerTraces;
  return tracer.begin({ method, route, scheme, httpVersion, headers, requestId, startedAt });
}

/** Ends the span of a request that was answered or left, where it has one. */
export function endTrace({ scope }: FastifyRequest, { statusCode, raw }: FastifyReply): void {
  const { trace, errorCodes } = scope;
  trace?.spans?.end({ status: statusCode, isAborted: !raw.writableEnded, errorCodes });
}
