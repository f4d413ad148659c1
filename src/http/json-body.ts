import { isAscii, isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { GatewayError } from '../errors.ts';

/**
 * Parses the JSON of a body.
 * @returns undefined for an empty body.
 * @throws GatewayError `BAD_REQUEST`
 */
export function parseJsonBody(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  if (!isUtf8(body)) throw new GatewayError('BAD_REQUEST', 'The body is not UTF-8.');
  try {
    return (body.length < leastLongText ? null : parseWithLongTexts(body)) ?? JSON.parse(body.toString());
  } catch (error) {
    throw new GatewayError(
      'BAD_REQUEST',
      `The body is no JSON: ${error instanceof Error ? error.message : 'malformed'}`,
    );
  }
}

/**
 * From this length on, in bytes, a string has memory pages of its own in V8 (its largest regular object has 128 KiB on
 * pages of 256), and to get them from the system costs more than to read the text.
 */
const leastLongText = 128 * 1024;

/** A body of many strings is not searched to its end: to look for each costs more than it could save. */
const mostShortTexts = 64;

/** Where a text lies in a body, without its quotes. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** Nobody else can know what it is, and write it into a body. */
const placeholder = randomUUID();

/**
 * Parses a body with long texts, such as tensors in base64, from which those were cut: JSON.parse would copy each of them
 * once more after the copy that made a string of the body. They are put back in the end, so that nothing else is different.
 * @returns undefined where there are none, or where they are not plain ASCII.
 */
function parseWithLongTexts(body: Buffer): unknown {
  if (!isAscii(body)) return undefined;
  const spans = findLongTexts(body);
  if (spans.length === 0 || spans.some(({ start, end }) => hasControlCharacter(body, start, end))) return undefined;
  let rest = '';
  let from = 0;
  for (const [index, { start, end }] of spans.entries()) {
    rest += body.toString('latin1', from, start) + placeholder + String(index);
    from = end;
  }
  let value: unknown;
  try {
    value = JSON.parse(rest + body.toString('latin1', from));
  } catch {
    // What is wrong, and where, is to be told of the body as it came.
    return undefined;
  }
  const texts = new Map(
    spans.map(({ start, end }, index) => [placeholder + String(index), () => body.toString('latin1', start, end)]),
  );
  return putBack(value, texts);
}

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;

/** The values, not the keys, that are long texts without escapes. */
function findLongTexts(body: Buffer): Span[] {
  const spans: Span[] = [];
  let shortTexts = 0;
  let escape = body.indexOf(backslash);
  for (let open = body.indexOf(quote); open !== -1 && shortTexts < mostShortTexts;) {
    const start = open + 1;
    let end = body.indexOf(quote, start);
    let isPlain = true;
    while (escape !== -1 && escape < start) escape = body.indexOf(backslash, start);
    while (escape !== -1 && end !== -1 && escape < end) {
      isPlain = false;
      const next = escape + 2;
      escape = body.indexOf(backslash, next);
      if (end < next) end = body.indexOf(quote, next);
    }
    // What never ends is no JSON, which JSON.parse says better.
    if (end === -1) return [];
    if (isPlain && end - start >= leastLongText && !isKey(body, end + 1)) spans.push({ start, end });
    else shortTexts += 1;
    open = body.indexOf(quote, end + 1);
  }
  return spans;
}

/** Whether a colon comes next, after white space. */
function isKey(body: Buffer, at: number): boolean {
  let next = at;
  while ([0x20, 0x09, 0x0a, 0x0d].includes(body[next] ?? 0)) next += 1;
  return body[next] === colon;
}

/** Whether a text has a character that JSON allows only escaped, four bytes at a time, and a few of these between looks. */
function hasControlCharacter(body: Buffer, start: number, end: number): boolean {
  let at = start;
  for (; at < end && (body.byteOffset + at) % 4 !== 0; at += 1) if ((body[at] ?? 0) < 0x20) return true;
  const words = new Int32Array(body.buffer, body.byteOffset + at, Math.floor((end - at) / 4));
  at += words.length * 4;
  let index = 0;
  for (const last = words.length - 4; index <= last; index += 4) {
    const first = borrows(words[index] as number) | borrows(words[index + 1] as number);
    if ((first | borrows(words[index + 2] as number) | borrows(words[index + 3] as number)) !== 0) return true;
  }
  for (; index < words.length; index += 1) if (borrows(words[index] as number) !== 0) return true;
  for (; at < end; at += 1) if ((body[at] ?? 0) < 0x20) return true;
  return false;
}

/** Not 0 where one of four bytes of ASCII is below 0x20: it borrows from its highest bit, which ASCII has at 0. */
function borrows(word: number): number {
  return (word - 0x20202020) & ~word & 0x80808080;
}

/** Replaces the placeholders in what was parsed, which is nobody else's yet. */
function putBack(value: unknown, texts: ReadonlyMap<string, () => string>): unknown {
  if (typeof value === 'string') return texts.get(value)?.() ?? value;
  if (typeof value !== 'object' || value === null) return value;
  const parent = value as Record<string, unknown>;
  for (const key of Object.keys(parent)) {
    const child = parent[key];
    const replaced = putBack(child, texts);
    // Own keys such as __proto__ are set as any other.
    if (replaced !== child) Object.defineProperty(parent, key, { value: replaced });
  }
  return value;
}
