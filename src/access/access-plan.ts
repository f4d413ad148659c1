import { isIPv4 } from 'node:net';
import { resolve } from 'node:path';
import type { AccessOptions } from '../config/access-settings.ts';
import { OptionsError, type GatewayOptions } from '../config/options.ts';

/** The tokens that are taken. */
export interface TokenPlan {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
  readonly clockToleranceMs: number;
  readonly source: TokenKeySource;
}

/** Where the keys come from that tokens are verified with. Paths are absolute. */
export type TokenKeySource =
  | { readonly kind: 'jwksUrl'; readonly url: URL }
  | { readonly kind: 'jwksFile'; readonly path: string }
  | { readonly kind: 'secretFile'; readonly path: string };

/** Who may call: everybody, or whoever has a key or a token. */
export type AccessPlan =
  | { readonly kind: 'open' }
  | { readonly kind: 'guarded'; readonly keysFile: string | null; readonly tokens: TokenPlan | null };

/** Verified with public keys: whoever knows them cannot make tokens. */
const publicAlgorithms = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');
const secretAlgorithms = ['HS256', 'HS384', 'HS512'];

/**
 * Reads from the options who may call.
 * @throws OptionsError when they contradict each other, leave something out, or would open the server to other machines
 *   without saying so.
 */
export function planAccess({ host, access }: Pick<GatewayOptions, 'host' | 'access'>): AccessPlan {
  const tokens = planTokens(access);
  if (access.keys !== null || tokens !== null) {
    if (access.allowAnonymous) {
      throw new OptionsError(
        '--allow-anonymous (INFERQL_ALLOW_ANONYMOUS) says that nobody needs a key, and keys or tokens are set up: leave one out.',
      );
    }
    return { kind: 'guarded', keysFile: access.keys, tokens };
  }
  if (!access.allowAnonymous && !isLoopbackHost(host)) {
    throw new OptionsError(
      `host ${host} is reached by other machines, and nobody would need a key. Make one with "inferql key create" and set ` +
        '--keys or INFERQL_KEYS, or take tokens with --jwt-jwks; listen on 127.0.0.1; or say --allow-anonymous if ' +
        'everybody who reaches the server may use every model.',
    );
  }
  return { kind: 'open' };
}

/** Whether only this machine reaches an address: 127.0.0.0/8, ::1, and the name that stands for them. */
export function isLoopbackHost(host: string): boolean {
  return host.toLowerCase() === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** What an operator should know of a server that other machines reach, a hint each. */
export function exposures(
  plan: AccessPlan,
  { host, tls, metrics }: Pick<GatewayOptions, 'host' | 'tls' | 'metrics'>,
): readonly string[] {
  const shown =
    metrics.kind === 'apart' && !isLoopbackHost(metrics.host)
      ? [`Everybody who reaches ${metrics.host}, port ${metrics.port}, may read the metrics: --metrics-host.`]
      : [];
  if (isLoopbackHost(host)) return shown;
  const open =
    plan.kind === 'open' ? ['Everybody who reaches this server may use every model: --allow-anonymous.'] : [];
  if (tls.cert !== null) return [...shown, ...open];
  return [
    ...shown,
    ...open,
    'Keys and predictions cross the network in the clear: set --tls-cert, or put a proxy with TLS in front.',
  ];
}

function planTokens(access: AccessOptions): TokenPlan | null {
  const { jwtIssuer: issuer, jwtAudience: audience, jwtJwks, jwtSecretFile } = access;
  if (jwtJwks !== null && jwtSecretFile !== null) {
    throw new OptionsError('--jwt-jwks and --jwt-secret-file are both set: tokens are verified with one of them.');
  }
  const source = jwtSecretFile === null ? jwksSource(jwtJwks) : ({ kind: 'secretFile', path: jwtSecretFile } as const);
  if (source === null) {
    if (issuer === null && audience === null && access.jwtAlgorithms === null) return null;
    throw new OptionsError('Tokens need the keys to verify them with: set --jwt-jwks or --jwt-secret-file as well.');
  }
  if (issuer === null || audience === null) {
    const missing = issuer === null ? '--jwt-issuer (INFERQL_JWT_ISSUER)' : '--jwt-audience (INFERQL_JWT_AUDIENCE)';
    throw new OptionsError(`Tokens of other issuers or for other services would be taken: set ${missing} as well.`);
  }
  const algorithms = planAlgorithms(access.jwtAlgorithms, source.kind === 'secretFile');
  return { issuer, audience, algorithms, clockToleranceMs: access.jwtClockToleranceMs, source };
}

function jwksSource(location: string | null): TokenKeySource | null {
  if (location === null) return null;
  if (!/^https?:/i.test(location)) return { kind: 'jwksFile', path: resolve(location) };
  if (!URL.canParse(location)) throw new OptionsError(`--jwt-jwks: ${JSON.stringify(location)} is no URL.`);
  const url = new URL(location);
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname.replaceAll(/[[\]]/g, ''))) {
    throw new OptionsError('--jwt-jwks: keys that come by http can be exchanged on the way; give an https URL.');
  }
  return { kind: 'jwksUrl', url };
}

function planAlgorithms(given: string | null, isSecret: boolean): readonly string[] {
  const allowed = isSecret ? secretAlgorithms : publicAlgorithms;
  if (given === null) return isSecret ? ['HS256'] : publicAlgorithms;
  const algorithms = given.split(',').map((name) => name.trim());
  const wrong = algorithms.find((name) => !allowed.includes(name));
  if (wrong === undefined) return algorithms;
  const why = isSecret ? 'With a secret' : 'With public keys';
  throw new OptionsError(
    `--jwt-algorithms: ${why} tokens are signed with ${allowed.join(', ')} (got ${JSON.stringify(wrong)}).`,
  );
}
