import { timingSafeEqual } from 'node:crypto';
import { GatewayError } from '../errors.ts';
import { digestOf, isWellFormedKey } from './api-key.ts';
import { grantOf, type Grant } from './grant.ts';
import type { Identity } from './identity.ts';
import type { KeptKey } from './keys-file.ts';

interface RingKey {
  readonly digest: Buffer;
  readonly expiresAtMs: number;
  readonly expiresAt: string | null;
  readonly isRevoked: boolean;
  readonly identity: Identity & { readonly grant: Grant };
}

/** The keys of one state of the keys file, ready to be asked for. */
export class KeyRing {
  /** By the SHA-256 of the key: how long a look-up takes says nothing about keys, only about hashes of what was sent. */
  readonly #keys: ReadonlyMap<string, RingKey>;

  constructor(keys: readonly KeptKey[]) {
    this.#keys = new Map(keys.map((key) => [key.sha256, ringKey(key)]));
  }

  get size(): number {
    return this.#keys.size;
  }

  /**
   * Finds who was given a key.
   * @param nowMs milliseconds since 1970.
   * @throws GatewayError `UNAUTHENTICATED`, which tells a key that was given out why it is refused, and no other.
   */
  identify(presented: string, nowMs: number): Identity {
    if (!isWellFormedKey(presented)) {
      throw refused('The API key is no key of inferql: it was mistyped or cut, for its checksum does not fit.');
    }
    const digest = digestOf(presented);
    const key = this.#keys.get(digest.toString('hex'));
    if (key === undefined || !timingSafeEqual(key.digest, digest)) throw refused('The API key is not known here.');
    if (key.isRevoked) throw refused('The API key was revoked.');
    if (nowMs >= key.expiresAtMs) throw refused(`The API key expired at ${key.expiresAt}.`);
    return key.identity;
  }
}

function ringKey({ id, name, sha256, scopes, expiresAt, revokedAt }: KeptKey): RingKey {
  return {
    digest: Buffer.from(sha256, 'hex'),
    expiresAtMs: expiresAt === null ? Infinity : Date.parse(expiresAt),
    expiresAt,
    isRevoked: revokedAt !== null,
    identity: { kind: 'key', id, name, grant: grantOf(scopes) },
  };
}

function refused(message: string): GatewayError {
  return new GatewayError('UNAUTHENTICATED', message);
}
