import type { FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError } from '../errors.ts';

/** When to come back: requests in hand are mostly answered within this time, and it is the least that the header can say. */
const retryAfterMs = 1000;

/**
 * Bounds the requests that the server has in hand, from their headers to their answers. More are refused before who calls
 * is checked and before any body is read, which costs next to nothing, so that the event loop has time for what was taken
 * and for probes. Has a count of its own; to be used for one route.
 */
export function concurrencyHook(maxConcurrentRequests: number) {
  let inHand = 0;
  return (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void => {
    if (inHand >= maxConcurrentRequests) {
      reply.header('retry-after', String(retryAfterMs / 1000));
      const message = `The server has ${maxConcurrentRequests} requests in hand, and takes no more; try again in ${retryAfterMs} ms.`;
      done(
        new GatewayError('OVERLOADED', message, {
          limit: 'maxConcurrentRequests',
          retryAfterMs,
          details: { limit: maxConcurrentRequests },
        }),
      );
      return;
    }
    inHand += 1;
    request.scope.endings.push(() => (inHand -= 1));
    done();
  };
}
