import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  type CryptoKey,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWTHeaderParameters,
} from 'jose';
import { AccessError } from './access-error.ts';
import type { TokenKeySource } from './access-plan.ts';
import { openLiveFiles } from './live-files.ts';

/** Finds the key for a token by its header. */
export type FindKey = (header: JWTHeaderParameters, token: FlattenedJWSInput) => Promise<CryptoKey | Uint8Array>;

/** The keys that tokens are verified with, as they are now. */
export interface TokenKeys {
  readonly find: FindKey;
  close(): void;
}

export interface TokenKeysOptions {
  readonly algorithms: readonly string[];
  /** Told of keys that could not be read or fetched; those before them stay. */
  readonly onRefused: (error: unknown) => void;
}

/** How often a URL is asked for keys that came or went. */
const refreshMs = 10 * 60_000;
/** How long keys count whose URL does not answer any more. */
const staleMs = 24 * 60 * 60_000;
/** A token with an unknown key makes the URL be asked at most this often: anybody can send such tokens. */
const cooldownMs = 30_000;
/** A URL that did not answer is left alone for this long. */
const retryMs = 5000;
const timeoutMs = 5000;

/**
 * Opens the keys. A URL is asked with the first token at the latest, for its server may start after this one.
 * @throws AccessError when a file cannot be used.
 */
export async function openTokenKeys(source: TokenKeySource, options: TokenKeysOptions): Promise<TokenKeys> {
  const { algorithms, onRefused } = options;
  switch (source.kind) {
    case 'jwksUrl':
      return remoteKeys(source.url, onRefused);
    case 'jwksFile': {
      const file = await openLiveFiles({ paths: [source.path], read: ([bytes]) => readJwks(bytes), onRefused });
      return { find: (header, token) => file.current(header, token), close: () => file.close() };
    }
    case 'secretFile': {
      const read = ([bytes]: readonly Buffer[]) => readSecret(bytes, algorithms);
      const file = await openLiveFiles({ paths: [source.path], read, onRefused });
      return { find: async () => file.current, close: () => file.close() };
    }
  }
}

function remoteKeys(url: URL, onRefused: (error: unknown) => void): TokenKeys {
  let failure: { readonly error: unknown; readonly at: number } | null = null;
  const keys = createRemoteJWKSet(url, {
    timeoutDuration: timeoutMs,
    cooldownDuration: cooldownMs,
    cacheMaxAge: staleMs,
    [customFetch]: async (address, init) => {
      if (failure !== null && performance.now() - failure.at < retryMs) throw failure.error;
      try {
        const response = await fetch(address, init);
        if (response.status !== 200) throw new AccessError(`The URL of --jwt-jwks answered ${response.status}.`);
        failure = null;
        return response;
      } catch (error) {
        failure = { error, at: performance.now() };
        throw error;
      }
    },
  });
  const refresh = (): void => void keys.reload().catch(onRefused);
  const timer = setInterval(refresh, refreshMs).unref();
  refresh();
  return { find: keys, close: () => clearInterval(timer) };
}

function readJwks(bytes: Buffer | undefined): FindKey {
  try {
    return createLocalJWKSet(JSON.parse(String(bytes)) as JSONWebKeySet);
  } catch (error) {
    throw new AccessError('The file of --jwt-jwks is no JSON Web Key Set.', { cause: error });
  }
}

/** @throws AccessError for a secret that is shorter than RFC 7518, section 3.2, asks for: it could be guessed. */
function readSecret(bytes: Buffer | undefined, algorithms: readonly string[]): Uint8Array {
  const least = Math.max(...algorithms.map((name) => Number(name.slice(2)) / 8));
  // The end of the line is the editor's.
  const secret = Buffer.from(String(bytes?.toString('latin1')).replace(/\r?\n$/, ''), 'latin1');
  if (secret.length >= least) return new Uint8Array(secret);
  throw new AccessError(
    `The file of --jwt-secret-file has ${secret.length} bytes; ${algorithms.join(', ')} need ${least} at least.`,
  );
}
