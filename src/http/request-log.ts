import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../graphql/context.ts';
import type { Logger } from '../observability/logger.ts';

/** The route whose requests are what the server is for. */
export const graphqlPath = '/graphql';

const maxNameLength = 200;

/**
 * Writes the one line of a request that was answered or left. It names the route and never the URL, which may hold a
 * query and its variables. Probes and files of the playground would drown the rest; they are debug lines while all is well.
 */
export function logRequest({ method, routeOptions, scope }: FastifyRequest, reply: FastifyReply, logger: Logger): void {
  const { requestId, usage, startedAt, caller } = scope;
  const route = routeOptions.url ?? null;
  const isQuiet = route !== null && route !== graphqlPath && reply.statusCode < 400;
  const level = isQuiet ? 'debug' : 'info';
  if (!logger.writes(level)) return;
  const asked = usage.operations > 0;
  logger.log(level, 'request', {
    requestId,
    method,
    route,
    status: reply.statusCode,
    aborted: reply.raw.writableEnded ? undefined : true,
    durationMs: Math.round((performance.now() - startedAt) * 100) / 100,
    caller: caller === null || caller.kind === 'anonymous' ? undefined : shownCaller(caller),
    operations: asked ? usage.operations : undefined,
    operationName: asked ? (usage.operationName?.slice(0, maxNameLength) ?? null) : undefined,
    documentHash: asked ? usage.documentHash : undefined,
    models: asked ? [...usage.models] : undefined,
    rows: asked ? usage.rows : undefined,
    cost: asked ? usage.cost : undefined,
    errorCodes: usage.errorCodes.size === 0 ? undefined : [...usage.errorCodes],
  });
}

/** Subjects of tokens are as long as their issuers like. */
function shownCaller({ kind, id, name }: Caller): object {
  return { kind, id: id?.slice(0, maxNameLength) ?? null, ...(name === null ? {} : { name }) };
}
