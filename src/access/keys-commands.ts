import { OptionsError } from '../config/options.ts';
import { AccessError } from './access-error.ts';
import { digestOf, makeApiKey } from './api-key.ts';
import { expirySyntax, parseExpiry } from './expiry.ts';
import { isScope, scopeSyntax } from './grant.ts';
import { changeKeys } from './keys-editor.ts';
import type { KeptKey } from './keys-file.ts';

/** What is asked of a new key. */
export interface KeyRequest {
  /** Separated by commas or blanks. */
  readonly scopes: string;
  readonly name?: string | undefined;
  readonly expires?: string | undefined;
}

/** A key that was just made: the only place where it stands as a whole. */
export interface NewKey {
  readonly key: string;
  readonly kept: KeptKey;
}

/** Digits of the hash that name a key: whoever finds a key somewhere can find out with them which one it is. */
const idLength = 12;

/**
 * Makes a key and keeps its hash.
 * @throws OptionsError when the scopes, the name or the expiry do not fit, AccessError when the file cannot be changed.
 */
export async function createKey(path: string, { scopes, name, expires }: KeyRequest, now: Date): Promise<NewKey> {
  const given = scopes.split(/[\s,]+/).filter((scope) => scope !== '');
  const wrong = given.find((scope) => !isScope(scope));
  if (wrong !== undefined || given.length === 0) {
    throw new OptionsError(
      `--scopes: must be ${scopeSyntax}, separated by commas (got ${JSON.stringify(wrong ?? '')}).`,
    );
  }
  if (name !== undefined && (name === '' || name.length > 200)) {
    throw new OptionsError('--name: must have 1 to 200 characters.');
  }
  const expiry = expires === undefined ? null : parseExpiry(expires, now);
  if (expires !== undefined && expiry === null) {
    throw new OptionsError(
      `--expires: must be ${expirySyntax}, that is still to come (got ${JSON.stringify(expires)}).`,
    );
  }
  const key = makeApiKey();
  const sha256 = digestOf(key).toString('hex');
  const kept: KeptKey = {
    id: sha256.slice(0, idLength),
    name: name ?? null,
    sha256,
    scopes: [...new Set(given)],
    createdAt: now.toISOString(),
    expiresAt: expiry?.toISOString() ?? null,
    revokedAt: null,
  };
  await changeKeys(path, (keys) => ({ keys: [...keys, kept], result: null }));
  return { key, kept };
}

/**
 * Revokes a key, for good. One that was revoked before keeps its time.
 * @throws AccessError when there is no key of that id, or the file cannot be changed.
 */
export async function revokeKey(path: string, id: string, now: Date): Promise<KeptKey> {
  return await changeKeys(path, (keys) => {
    const found = keys.find((key) => key.id === id);
    if (found === undefined) throw new AccessError(`The keys file has no key with the id ${JSON.stringify(id)}.`);
    const revoked = { ...found, revokedAt: found.revokedAt ?? now.toISOString() };
    return { keys: keys.map((key) => (key === found ? revoked : key)), result: revoked };
  });
}
