import {
  type Attributes,
  type Context,
  createTraceState,
  ROOT_CONTEXT,
  trace,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';
import { beginRequest } from './spans.ts';
import type { RequestHead, RequestTracer } from './trace.ts';
import { readTraceParent } from './trace-parent.ts';
import { WallClock } from './wall-clock.ts';

/**
 * Begins a span for each request, in its caller's trace where it has one.
 * @param takesOver whether what callers say of their traces counts.
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server
 */
export function recordingTracer(tracer: Tracer, takesOver: boolean): RequestTracer {
  const parts = { tracer, clock: new WallClock() };
  return {
    isOn: true,
    begin: (request) => {
      const { method, route, startedAt } = request;
      const parent = takesOver ? callerOf(request) : ROOT_CONTEXT;
      const name = route === null ? method : `${method} ${route}`;
      const { span, spans } = beginRequest(parts, name, startedAt, attributesOf(request), parent);
      const { traceId, spanId } = span.spanContext();
      return { traceId, spanId, spans };
    },
  };
}

function callerOf({ headers }: RequestHead): Context {
  const parent = readTraceParent(headers['traceparent']);
  if (parent === null) return ROOT_CONTEXT;
  const { traceId, spanId, isSampled } = parent;
  const state = headers['tracestate'];
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
    ...(state === undefined ? {} : { traceState: createTraceState([state].flat().join(',')) }),
  });
}

/** Neither the query of the URL nor the path of what there is not: both are whatever the client wrote. */
function attributesOf({ method, route, scheme, httpVersion, headers, requestId }: RequestHead): Attributes {
  return {
    'http.request.method': method,
    'url.scheme': scheme,
    'network.protocol.version': httpVersion,
    'inferql.request_id': requestId,
    ...(route === null ? {} : { 'http.route': route, 'url.path': route }),
    ...addressOf(headers['host']),
  };
}

function addressOf(host: string | readonly string[] | undefined): Attributes {
  if (typeof host !== 'string' || !URL.canParse(`http://${host}`)) return {};
  const { hostname, port } = new URL(`http://${host}`);
  return { 'server.address': hostname, ...(port === '' ? {} : { 'server.port': Number(port) }) };
}
