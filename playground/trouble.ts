import type { Answer } from './post-operation.ts';

/** Why the page cannot do what it is for, as long as that is so. */
export type Trouble =
  /** `isRefused`: a key was sent, and the server does not take it, or no more. */
  | { readonly kind: 'key-needed'; readonly isRefused: boolean }
  | { readonly kind: 'limited'; readonly retryAfterMs: number | null }
  | { readonly kind: 'away' };

/** The trouble that an answer tells of; null where the server answered what it was asked. */
export function troubleIn({ status, retryAfterMs }: Answer, hasKey: boolean): Trouble | null {
  if (status === 401) return { kind: 'key-needed', isRefused: hasKey };
  if (status === 429) return { kind: 'limited', retryAfterMs };
  return status === 503 ? { kind: 'away' } : null;
}

/** What people are told of it. */
export function troubleWords(trouble: Trouble): string {
  switch (trouble.kind) {
    case 'key-needed':
      return trouble.isRefused ? 'The server does not take this key.' : 'This server asks for an API key.';
    case 'limited': {
      const { retryAfterMs } = trouble;
      const when = retryAfterMs === null ? 'in a while' : `in ${Math.ceil(retryAfterMs / 1000)} s`;
      return `The server limits how much one caller may ask for. Try again ${when}.`;
    }
    case 'away':
      return 'The server cannot be reached, or takes no requests now. The page goes on trying.';
  }
}
