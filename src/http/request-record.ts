import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RequestRecorder } from '../observability/metrics/request-recorder.ts';
import type { RequestScope } from './request-scope.ts';

/** Counts a request that was answered or left. */
export function recordRequest(
  { routeOptions, scope }: FastifyRequest,
  { statusCode, raw }: FastifyReply,
  recorder: RequestRecorder,
): void {
  const { startedAt, errorCodes, refusedBy } = scope;
  recorder.requestEnded({
    route: routeOptions.url ?? null,
    status: statusCode,
    isAborted: !raw.writableEnded,
    durationMs: performance.now() - startedAt,
    errorCodes,
    refusedBy,
    key: () => keyOf(scope),
  });
}

/** Subjects of tokens are as many as their issuers like; keys are those of the keys file. */
function keyOf({ caller }: RequestScope): string {
  if (caller === null) return 'none';
  return caller.kind === 'key' ? (caller.id ?? 'none') : caller.kind;
}
