import { grantOf, type Grant } from './grant.ts';

/** Who calls, by what was shown: an API key, a token, or nothing. */
export interface Identity {
  readonly kind: 'key' | 'token' | 'anonymous';
  /** The key's id, or the token's subject; null for anonymous callers. Never a secret: it goes into logs. */
  readonly id: string | null;
  /** The name that the key was given; null where it has none. */
  readonly name: string | null;
  readonly grant: Grant;
}

const everyModel = grantOf(['predict:*', 'models:read']);
const everything = grantOf(['admin']);

/** Callers of a server that asks for no key. The mutations are for those on its own machine. */
export function anonymous(isLocal: boolean): Identity {
  return { kind: 'anonymous', id: null, name: null, grant: isLocal ? everything : everyModel };
}
