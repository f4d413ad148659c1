import { exportJWK, generateKeyPair, SignJWT, type JSONWebKeySet } from 'jose';

export const issuer = 'https://issuer.test/';
export const audience = 'inferql';

/** Somebody who issues tokens, with one key after the other. */
export interface TokenIssuer {
  /** The public keys. */
  readonly jwks: JSONWebKeySet;
  /** Makes a token of a subject with these scopes, good for an hour; null takes a claim out. */
  token(claims?: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, unknown>>): Promise<string>;
}

/** @param nowMs milliseconds since 1970. */
export async function tokenIssuer(kid = 'first', nowMs = Date.now(), algorithm = 'ES256'): Promise<TokenIssuer> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const seconds = Math.floor(nowMs / 1000);
  return {
    jwks: { keys: [{ ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' }] },
    token: async (claims = {}, header = {}) => {
      const all = { iss: issuer, aud: audience, sub: 'ada', iat: seconds, exp: seconds + 3600, scope: 'predict:*' };
      const given = Object.entries({ ...all, ...claims }).filter(([, value]) => value !== null);
      const signing = new SignJWT(Object.fromEntries(given));
      return await signing.setProtectedHeader({ alg: algorithm, kid, typ: 'at+jwt', ...header }).sign(privateKey);
    },
  };
}
