/** Keys, tokens or certificates that are set up in a way that cannot work; the message says what to do about it. */
export class AccessError extends Error {
  override readonly name = 'AccessError';
}
