import { GatewayError } from '../errors.ts';
import { keyPrefix } from './api-key.ts';
import type { Identity } from './identity.ts';
import type { KeyRing } from './key-ring.ts';
import type { TokenVerifier } from './token-verifier.ts';

/** What a request shows to say who calls: two headers, as they were sent. */
export interface Credentials {
  readonly authorization?: string | undefined;
  readonly apiKey?: string | undefined;
}

export interface AuthenticatorOptions {
  /** The keys as they are now; null where none are taken. */
  readonly keys: () => KeyRing | null;
  /** Null where no tokens are taken. */
  readonly tokens: TokenVerifier | null;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Finds out who calls. */
export interface Authenticator {
  /** @throws GatewayError `UNAUTHENTICATED`, `FORBIDDEN` or `AUTHENTICATION_UNAVAILABLE` */
  readonly identify: (credentials: Credentials) => Promise<Identity>;
}

/** Bearer tokens as RFC 6750, section 2.1, has them. */
const bearer = /^bearer +([\w.~+/-]+=*) *$/i;

/** Makes what finds out who calls, by a key of ours or a token of somebody else. */
export function createAuthenticator({ keys, tokens, now }: AuthenticatorOptions): Authenticator {
  const ways = [
    ...(keys() === null ? [] : ['"Authorization: Bearer <key>" or "X-API-Key: <key>"']),
    ...(tokens === null ? [] : ['"Authorization: Bearer <token>"']),
  ].join(', or ');
  return {
    identify: async ({ authorization, apiKey }) => {
      const token = authorization === undefined ? undefined : bearer.exec(authorization)?.[1];
      if (token !== undefined && apiKey !== undefined && token !== apiKey) {
        throw refused('The request shows two different keys: send Authorization or X-API-Key.');
      }
      const shown = token ?? apiKey;
      if (shown === undefined) {
        const what = authorization === undefined ? 'shows no key' : 'has an Authorization that is no bearer token';
        throw refused(`The request ${what}: send ${ways}.`);
      }
      const ring = keys();
      const isKey = tokens === null || token === undefined || shown.startsWith(keyPrefix);
      if (!isKey) return await tokens.identify(shown, now());
      if (ring === null) throw refused(`API keys are not taken here: send ${ways}.`);
      return ring.identify(shown, now());
    },
  };
}

function refused(message: string): GatewayError {
  return new GatewayError('UNAUTHENTICATED', message);
}
