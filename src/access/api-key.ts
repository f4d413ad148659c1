import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * API keys are `inferql_` + 43 characters of randomness + 6 of checksum. The prefix lets scanners of repositories find
 * keys that were committed, the alphabet lets a double click select one whole, and the checksum, of prefix and
 * randomness, tells a key that was mistyped or cut from one that was never given out.
 */
export const keyPrefix = 'inferql_';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 62^43 is more than 2^256, and 62^6 more than 2^32. */
const secretLength = 43;
const checksumLength = 6;
const secretBytes = 32;
const keyText = new RegExp(`^${keyPrefix}[0-9A-Za-z]{${secretLength + checksumLength}}$`);

/** Makes a key of 256 random bits. */
export function makeApiKey(random: (bytes: number) => Buffer = randomBytes): string {
  const body = keyPrefix + inBase62(BigInt(`0x${random(secretBytes).toString('hex')}`), secretLength);
  return body + checksumOf(body);
}

/** Whether a text is a whole key, without saying whether anybody was given it. */
export function isWellFormedKey(text: string): boolean {
  return keyText.test(text) && checksumOf(text.slice(0, -checksumLength)) === text.slice(-checksumLength);
}

/**
 * What is kept of a key. A plain hash is enough: nobody can try the keys of 256 random bits, whatever one try costs, and
 * a slow hash would only be a way to keep the server busy.
 */
export function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

function checksumOf(body: string): string {
  return inBase62(BigInt(crc32(body)), checksumLength);
}

function inBase62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest /= 62n) text = (alphabet[Number(rest % 62n)] ?? '') + text;
  return text;
}
