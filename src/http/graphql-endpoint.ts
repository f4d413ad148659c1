import { HeaderMap, type HTTPGraphQLResponse } from '@apollo/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticator } from '../access/authenticator.ts';
import { GatewayError } from '../errors.ts';
import type { GraphQLServices } from '../graphql/context.ts';
import type { ServedSchemas } from '../graphql/served-schemas.ts';
import { authenticationHook } from './authentication.ts';
import { concurrencyHook } from './concurrency.ts';
import { Departure } from './departure.ts';
import { withDocumentIdInSearch, withDocumentIds } from './document-id.ts';
import { rateLimitHeaders } from './rate-limit-headers.ts';
import { graphqlPath } from './request-log.ts';
import type { ScopeStorage } from './request-scope.ts';
import { requestTimeout } from './request-timeout.ts';
import { requestsRead } from './requests-read.ts';

export interface GraphQLEndpointOptions {
  readonly schemas: ServedSchemas;
  readonly services: GraphQLServices;
  /** The most requests that are in hand; more are refused. */
  readonly maxConcurrentRequests: number;
  /** Null where nobody needs a key. */
  readonly authenticator: Authenticator | null;
  readonly scopes: ScopeStorage;
}

/** Names the schema that the answer was made with: a client that sees it change may fetch the schema anew. */
const schemaVersionHeader = 'inferql-schema-version';

/** Operations of an array are parsed and validated without a pause between them, and long names cost time as well as many. */
const maxDocumentLength = 256 * 1024;

/** Serves `/graphql`: a thin hand between Fastify and Apollo, which decides on everything that is GraphQL. */
export function registerGraphQLEndpoint(app: FastifyInstance, options: GraphQLEndpointOptions): void {
  app.route({
    method: ['GET', 'POST'],
    url: graphqlPath,
    exposeHeadRoute: false,
    onRequest: [
      (request, _reply, done) => {
        if (app.connections.isLate(request.raw.socket))
          done(new GatewayError('SHUTTING_DOWN', 'The server is stopping; send the request again.'));
        else done();
      },
      concurrencyHook(options.maxConcurrentRequests),
      authenticationHook(options.authenticator),
    ],
    handler: (request, reply) => options.scopes.run(request.scope, () => answer(request, reply, options)),
  });
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  { schemas, services }: GraphQLEndpointOptions,
): Promise<FastifyReply> {
  const arrivedAt = performance.now();
  const timeoutMs = requestTimeout(request.headers['x-request-timeout-ms']);
  checkSize(request.body, services.options.limits.maxOperationsPerRequest);
  const { requestId, usage, caller, trace } = request.scope;
  if (caller === null) throw new Error('A request got past its authentication.');
  const departure = new Departure();
  // Not Fastify's `request.signal`: on POST that fires as soon as the body was read.
  request.scope.endings.push(() => {
    if (!reply.raw.writableEnded) departure.tell();
  });
  await requestsRead();
  const served = await schemas.for(caller.grant);
  const { moment, release } = served.lease();
  const response = await served.apollo
    .executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: request.method,
        headers: headerMap(request),
        search: withDocumentIdInSearch(request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : ''),
        body: withDocumentIds(request.body),
      },
      context: async () => ({
        services,
        moment,
        request: {
          requestId,
          signal: departure,
          arrivedAt,
          timeoutMs,
          usage,
          caller,
          trace: trace?.spans ?? null,
        },
        events: 0,
        trace: null,
      }),
    })
    .finally(release);
  const { rateLimit } = services.options;
  if (rateLimit !== null) reply.headers(rateLimitHeaders(rateLimit, usage));
  return send(reply.header(schemaVersionHeader, moment.version), response);
}

/**
 * Checks, before anything is parsed, how much there is to parse.
 * @throws GatewayError `BATCH_TOO_LARGE` or `QUERY_TOO_COMPLEX`
 */
function checkSize(body: unknown, maxOperations: number): void {
  const operations: readonly unknown[] = Array.isArray(body) ? body : [body];
  if (operations.length > maxOperations) {
    const message = `The array has ${operations.length} operations; one request takes at most ${maxOperations}.`;
    throw new GatewayError('BATCH_TOO_LARGE', message, {
      limit: 'maxOperationsPerRequest',
      details: { limit: maxOperations, received: operations.length },
    });
  }
  let length = 0;
  for (const operation of operations) length += documentLength(operation);
  if (length > maxDocumentLength) {
    const message = `The documents of one request may have ${maxDocumentLength} characters together; send values as variables.`;
    throw new GatewayError('QUERY_TOO_COMPLEX', message, {
      limit: 'documentCharacters',
      details: { limit: maxDocumentLength, received: length },
    });
  }
}

function documentLength(operation: unknown): number {
  if (typeof operation !== 'object' || operation === null || !('query' in operation)) return 0;
  return typeof operation.query === 'string' ? operation.query.length : 0;
}

function headerMap(request: FastifyRequest): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}

function send(reply: FastifyReply, { status, headers, body }: HTTPGraphQLResponse): FastifyReply {
  reply.code(status ?? 200);
  for (const [name, value] of headers) reply.header(name, value);
  if (body.kind === 'complete') return reply.send(body.string);
  // The schema has neither @defer nor @stream, without which Apollo never answers in chunks.
  throw new Error('Apollo answered in chunks.');
}
