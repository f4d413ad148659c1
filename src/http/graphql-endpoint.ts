import { HeaderMap, type ApolloServer, type HTTPGraphQLResponse } from '@apollo/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLServices, OperationContext } from '../graphql/context.ts';
import type { Logger } from '../observability/logger.ts';
import { errorBody } from './error-response.ts';
import { openScope, type RequestScope, type ScopeStorage } from './request-scope.ts';

export interface GraphQLEndpointOptions {
  readonly apollo: ApolloServer<OperationContext>;
  readonly services: GraphQLServices;
  readonly scopes: ScopeStorage;
  readonly logger: Logger;
}

/** Serves `/graphql`: a thin hand between Fastify and Apollo, which decides on everything that is GraphQL. */
export function registerGraphQLEndpoint(app: FastifyInstance, options: GraphQLEndpointOptions): void {
  app.route({
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url: '/graphql',
    handler: (request, reply) => {
      const scope = openScope(request.headers['x-request-id']);
      return options.scopes.run(scope, () => answer(request, reply, scope, options));
    },
  });
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  scope: RequestScope,
  options: GraphQLEndpointOptions,
): Promise<FastifyReply> {
  const { apollo, services } = options;
  const { maxOperationsPerRequest } = services.options.limits;
  const left = new AbortController();
  // Not Fastify's `request.signal`: on POST that fires as soon as the body was read.
  reply.raw.once('close', () => {
    if (!reply.raw.writableEnded) left.abort();
    log(scope, reply, options.logger);
  });
  reply.header('x-request-id', scope.requestId);
  if (Array.isArray(request.body) && request.body.length > maxOperationsPerRequest) {
    scope.errorCodes.add('BATCH_TOO_LARGE');
    const message = `The array has ${request.body.length} operations; one request takes at most ${maxOperationsPerRequest}.`;
    const details = { limit: maxOperationsPerRequest, received: request.body.length };
    reply.code(400).type('application/json; charset=utf-8');
    return reply.send(errorBody('BATCH_TOO_LARGE', message, scope.requestId, details));
  }
  const response = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: {
      method: request.method,
      headers: headerMap(request),
      search: request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : '',
      body: request.body,
    },
    context: async () => ({
      services,
      request: { requestId: scope.requestId, signal: left.signal, usage: scope.usage },
      rows: 0,
    }),
  });
  return send(reply, response);
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

function log({ requestId, usage, startedAt }: RequestScope, reply: FastifyReply, logger: Logger): void {
  logger.info('request', {
    requestId,
    status: reply.statusCode,
    ...(reply.raw.writableEnded ? {} : { aborted: true }),
    durationMs: Math.round((performance.now() - startedAt) * 100) / 100,
    operations: usage.operations,
    operationName: usage.operationName,
    documentHash: usage.documentHash,
    models: [...usage.models],
    rows: usage.rows,
    ...(usage.errorCodes.size === 0 ? {} : { errorCodes: [...usage.errorCodes] }),
  });
}
