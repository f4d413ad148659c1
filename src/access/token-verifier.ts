import { errors, jwtVerify, type JWTPayload } from 'jose';
import { GatewayError } from '../errors.ts';
import type { TokenPlan } from './access-plan.ts';
import { grantOf, isScope, scopeSyntax } from './grant.ts';
import type { Identity } from './identity.ts';
import type { FindKey } from './token-keys.ts';

/** The claims that scopes are read from: the first that a token has. OAuth 2 has `scope`, Entra ID `scp`, Auth0 `permissions`. */
const scopeClaims = ['scope', 'scp', 'permissions'] as const;

/** Finds out who a token speaks for. */
export interface TokenVerifier {
  /**
   * @param nowMs milliseconds since 1970.
   * @throws GatewayError `UNAUTHENTICATED` for a token that does not count, `FORBIDDEN` for one that has no scope of ours,
   *   `AUTHENTICATION_UNAVAILABLE` when the keys to verify it with cannot be had.
   */
  readonly identify: (token: string, nowMs: number) => Promise<Identity>;
}

/** @param onFault told why keys could not be had, once for each time that they were asked for. */
export function createTokenVerifier(
  { issuer, audience, algorithms, clockToleranceMs }: Omit<TokenPlan, 'source'>,
  findKey: FindKey,
  onFault: (error: unknown) => void,
): TokenVerifier {
  const told = new WeakSet<object>();
  // Once for each failure: while the keys cannot be had, every request meets the same one, and anybody can send some.
  const tell = (error: unknown): void => {
    const root = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    if (typeof root === 'object' && root !== null) {
      if (told.has(root)) return;
      told.add(root);
    }
    onFault(error);
  };
  return {
    identify: async (token, nowMs) => {
      const { payload } = await jwtVerify(token, findKey, {
        issuer,
        audience,
        algorithms: [...algorithms],
        clockTolerance: clockToleranceMs / 1000,
        currentDate: new Date(nowMs),
        // A token that never ends could not be taken back, and one of nobody could not be told from others.
        requiredClaims: ['exp', 'sub'],
      }).catch((error: unknown) => {
        throw refusalOf(error, tell);
      });
      const scopes = scopesOf(payload);
      if (scopes.length === 0) {
        throw new GatewayError('FORBIDDEN', `The token has no scope of this server, such as ${scopeSyntax}.`);
      }
      return { kind: 'token', id: payload.sub ?? null, name: null, grant: grantOf(scopes) };
    },
  };
}

function scopesOf(payload: JWTPayload): readonly string[] {
  const claim = scopeClaims.map((name) => payload[name]).find((value) => value !== undefined);
  const given: readonly unknown[] = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
  return given.filter((scope) => typeof scope === 'string').filter((scope) => isScope(scope));
}

function refusalOf(error: unknown, onFault: (error: unknown) => void): GatewayError {
  if (isOfToken(error)) return new GatewayError('UNAUTHENTICATED', reasonOf(error), { cause: error });
  onFault(error);
  const message = 'Tokens cannot be verified now, for the keys of their issuer cannot be had.';
  return new GatewayError('AUTHENTICATION_UNAVAILABLE', message, { cause: error });
}

/** Whether it is the token that is wrong, rather than the keys or the way to them. */
function isOfToken(error: unknown): error is errors.JOSEError {
  if (!(error instanceof errors.JOSEError)) return false;
  return error.code !== 'ERR_JOSE_GENERIC' && error.code !== 'ERR_JWKS_TIMEOUT' && error.code !== 'ERR_JWKS_INVALID';
}

function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'The token expired.';
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.reason === 'missing'
      ? `The token has no claim "${error.claim}".`
      : `The claim "${error.claim}" of the token is not what this server asks for.`;
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return 'The token is signed with an algorithm that is not taken here.';
  if (error instanceof errors.JWKSNoMatchingKey) return 'The token is signed with a key that its issuer does not have.';
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'The token does not say which key it is signed with.';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'The signature of the token is wrong.';
  return 'The token is no JWT that is taken here.';
}
