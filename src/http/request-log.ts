import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../graphql/context.ts';
import type { Logger } from '../observability/logger.ts';

/** The route whose requests are what the server is for. */
export const graphqlPath = '/graphql';

const maxNameLength = 200;

/** Writes the one line of a request that was answered or left. */
export type RequestLog = (request: FastifyRequest, reply: FastifyReply) => void;

/**
 * Makes the log of requests. A line names the route and never the URL, which may hold a query and its variables. Probes and
 * files of the playground would drown the rest; they are debug lines while all is well.
 * @param sampling of so many requests that went well, one has a line.
 */
export function requestLog(logger: Logger, sampling: number): RequestLog {
  let wentWell = 0;
  return (request, reply) => {
    const { route, isWell } = outcomeOf(request, reply);
    const level = isWell && route !== null && route !== graphqlPath ? 'debug' : 'info';
    if (!logger.writes(level)) return;
    if (isWell && level === 'info') {
      wentWell += 1;
      if (wentWell < sampling) return;
      wentWell = 0;
    }
    const fields = fieldsOf(request, reply, route);
    logger.log(level, 'request', isWell && sampling > 1 ? { ...fields, sampling } : fields);
  };
}

function outcomeOf({ routeOptions, scope }: FastifyRequest, reply: FastifyReply) {
  const isWell = reply.statusCode < 400 && scope.usage.errorCodes.size === 0 && reply.raw.writableEnded;
  return { route: routeOptions.url ?? null, isWell };
}

/** What is undefined is left out; the fields are always the same, since objects of one shape are written faster. */
function fieldsOf({ method, scope }: FastifyRequest, reply: FastifyReply, route: string | null) {
  const { requestId, trace, usage, startedAt, caller } = scope;
  const asked = usage.operations > 0;
  return {
    requestId,
    traceId: trace?.traceId,
    spanId: trace?.spanId ?? undefined,
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
  };
}

/** Subjects of tokens are as long as their issuers like. */
function shownCaller({ kind, id, name }: Caller): object {
  return { kind, id: id?.slice(0, maxNameLength) ?? null, ...(name === null ? {} : { name }) };
}
