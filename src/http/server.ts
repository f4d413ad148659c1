import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type GatewayError, mayBeShown } from '../errors.ts';
import { errorFields, type Logger } from '../observability/logger.ts';
import type { RequestRecorder } from '../observability/metrics/request-recorder.ts';
import { callerTraces } from '../observability/tracing/caller-traces.ts';
import type { RequestTracer } from '../observability/tracing/trace.ts';
import { Connections } from './connections.ts';
import { refuse, refuseConnection, type Refusal } from './error-response.ts';
import { parseJsonBody } from './json-body.ts';
import { requireSoundHead } from './request-head.ts';
import type { RequestLog } from './request-log.ts';
import { recordRequest } from './request-record.ts';
import { openScope, type RequestScope } from './request-scope.ts';
import { beginTrace, endTrace } from './request-trace.ts';
import { securityHeaders } from './security-headers.ts';
import type { TlsSettings } from './tls.ts';

export interface HttpServerOptions {
  readonly maxBodyBytes: number;
  readonly logger: Logger;
  /** Counts requests. */
  readonly recorder: RequestRecorder;
  /** Told of each request that is over. */
  readonly logRequest: RequestLog;
  /** Finds out to which trace a GraphQL request belongs. */
  readonly tracer: RequestTracer;
  /** How long requests may take that are in hand when the server is closed. */
  readonly shutdownGraceMs: number;
  /** @default plain HTTP */
  readonly tls?: TlsSettings | undefined;
}

declare module 'fastify' {
  interface FastifyInstance {
    connections: Connections;
  }
}

/** A request that has not wholly arrived after this time is dropped, or slow senders could hold connections for ever. */
const requestTimeoutMs = 120_000;

const methods = ['GET', 'HEAD', 'POST'] as const;

/** Makes the HTTP server: how bodies are read, and one form for whatever goes wrong before or beside GraphQL. */
export function createHttpServer({
  maxBodyBytes,
  logger,
  recorder,
  logRequest,
  tracer,
  shutdownGraceMs,
  tls,
}: HttpServerOptions): FastifyInstance {
  const app = Fastify({
    // Node's own answer to a request without a host would not have our form.
    ...(tls === undefined ? { http: { requireHostHeader: false } } : { https: { ...tls, requireHostHeader: false } }),
    logger: false,
    bodyLimit: maxBodyBytes,
    // Fastify's own answer would not have our form.
    return503OnClosing: false,
    requestTimeout: requestTimeoutMs,
    routerOptions: { ignoreTrailingSlash: true },
    clientErrorHandler: refuseConnection,
    frameworkErrors: (error, request, reply) => {
      const scope = openScope(request.headers['x-request-id']);
      scope.trace = beginTrace(request, scope, callerTraces);
      refuse(reply, describe(error, maxBodyBytes), scope);
    },
  });

  const connections = new Connections(app.server);
  app.decorate('connections', connections);
  app.addHook('preClose', () => connections.drain(shutdownGraceMs));

  const headers = securityHeaders(tls !== undefined);
  const begin = (request: FastifyRequest, reply: FastifyReply): void => {
    const scope = openScope(request.headers['x-request-id']);
    request.scope = scope;
    scope.trace = beginTrace(request, scope, tracer);
    reply.header('x-request-id', scope.requestId).headers(headers);
    const { endings } = scope;
    endings.push(connections.begin(reply.raw));
    recorder.requestBegan();
    endings.push(() => recordRequest(request, reply, recorder));
    endings.push(() => logRequest(request, reply));
    if (scope.trace?.spans != null) endings.push(() => endTrace(request, reply));
    // Comes once, whether the answer was sent or the client left.
    reply.raw.once('close', () => endings.forEach((end) => end()));
  };
  app.addHook('onRequest', (request, reply, done) => {
    begin(request, reply);
    try {
      requireSoundHead(request.raw);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
  // Node would answer by itself what expects something other than to go on.
  app.server.on('checkExpectation', (...given) => app.server.emit('request', ...given));

  // Fastify's own JSON parser refuses keys such as __proto__ as an attack; graphql-js refuses them in our form.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseJsonBody(body));
    } catch (error) {
      done(error as Error);
    }
  });
  // Bodies of other types are read and dropped: Apollo then says what it expected.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null, undefined));

  app.setErrorHandler((error: FastifyError, request, reply) => {
    // No hook runs for what the router does not take at all: a path that is `*`, and methods that it does not know.
    if ((request.scope as RequestScope | undefined) === undefined) begin(request, reply);
    const refusal = describe(error, maxBodyBytes);
    if (refusal.code === 'INTERNAL_SERVER_ERROR') {
      const { requestId, trace } = request.scope;
      logger.error('request failed', { requestId, traceId: trace?.traceId, ...errorFields(error) });
    }
    // Fastify would close the connection on a client that is still sending, which then often sees a reset instead of the
    // answer. Node reads on and drops what comes, for as long as a request may take.
    reply.removeHeader('connection');
    return refuse(reply, refusal, request.scope);
  });

  // Not by `hasRoute`, which takes a path for a pattern, and throws for one with a `*`.
  const routes = new Set<string>();
  app.addHook('onRoute', ({ method, url }) => [method].flat().forEach((each) => routes.add(`${each} ${url}`)));
  app.setNotFoundHandler((request, reply) => {
    const [url = '/'] = request.url.split('?', 1);
    const allowed = methods.filter((method) => routes.has(`${method} ${url.replace(/(?<=.)\/$/, '')}`));
    if (allowed.length === 0) {
      const message = 'There is nothing at this path; the API is at /graphql.';
      return refuse(reply, { code: 'BAD_REQUEST', message, status: 404 }, request.scope);
    }
    const allow = allowed.join(', ');
    const message = `This path takes ${allow}, not ${request.method}.`;
    return refuse(reply.header('allow', allow), { code: 'BAD_REQUEST', message, status: 405 }, request.scope);
  });
  return app;
}

function describe(error: FastifyError | GatewayError, maxBodyBytes: number): Refusal {
  if (mayBeShown(error)) {
    const { retryAfterMs, details, limit } = error.options;
    return { code: error.code, message: error.message, retryAfterMs, details, limit };
  }
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const message = `The body is larger than ${maxBodyBytes} bytes.`;
    return { code: 'PAYLOAD_TOO_LARGE', message, limit: 'maxBodyBytes' };
  }
  const { statusCode: status } = error;
  if (status !== undefined && status >= 400 && status < 500) {
    return { code: 'BAD_REQUEST', message: error.message, status };
  }
  return {
    code: 'INTERNAL_SERVER_ERROR',
    message: 'The server failed on this request; its log says more under the request id.',
  };
}
