import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticator, Credentials } from '../access/authenticator.ts';
import { GatewayError } from '../errors.ts';
import { callerOf } from './caller.ts';

/**
 * Finds out who sent a request, before its body is read, into `request.scope.caller`. Requests that show nothing, or
 * nothing that counts, are refused, and told by `WWW-Authenticate` how to ask (RFC 6750, section 3).
 * @param authenticator null where nobody needs a key.
 */
export function authenticationHook(authenticator: Authenticator | null) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (authenticator === null) {
      request.scope.caller = callerOf(request, null);
      return;
    }
    const credentials = credentialsOf(request);
    try {
      request.scope.caller = callerOf(request, await authenticator.identify(credentials));
    } catch (error) {
      const challenge = challengeOf(error, credentials);
      if (challenge !== null) reply.header('www-authenticate', challenge);
      throw error;
    }
  };
}

/** What a request shows to say who calls. */
export function credentialsOf({ headers }: Pick<FastifyRequest, 'headers'>): Credentials {
  const apiKey = headers['x-api-key'];
  return { authorization: headers.authorization, apiKey: Array.isArray(apiKey) ? apiKey.join(', ') : apiKey };
}

function challengeOf(error: unknown, { authorization, apiKey }: Credentials): string | null {
  if (!(error instanceof GatewayError)) return null;
  const realm = 'Bearer realm="inferql"';
  if (error.code === 'FORBIDDEN') return `${realm}, error="insufficient_scope"`;
  if (error.code !== 'UNAUTHENTICATED') return null;
  return authorization === undefined && apiKey === undefined ? realm : `${realm}, error="invalid_token"`;
}
