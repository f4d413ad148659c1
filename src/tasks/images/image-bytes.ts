import { badInput } from '../../errors.ts';
import { decodeBase64 } from '../../tensors/base64.ts';

/** The formats that are read, as people call them. */
export const imageFormats = 'JPEG, PNG, WebP, GIF or AVIF';

/** A data URI (RFC 2397) up to its data; what type it claims to be is of no importance. */
const dataUri = /^data:[^,;]{0,100}(?:;(?!base64,)[^,;]{0,100}){0,10};base64,/i;

/**
 * The bytes of a picture that came as base64, in lines and in the alphabet of URLs as well, or as a data URI.
 * @param name of the input, for messages.
 * @throws GatewayError `BAD_USER_INPUT` for what is no base64 and for bytes that begin as no picture that is read.
 */
export function decodeImageBytes(text: string, name: string): Uint8Array {
  const start = /^data:/i.test(text) ? dataLength(text, name) : 0;
  const data = withoutLineBreaks(start === 0 ? text : text.slice(start));
  const isForUrls = data.includes('-') || data.includes('_');
  const bytes = decodeBase64(isForUrls ? data.replaceAll('-', '+').replaceAll('_', '/') : data, name);
  if (imageFormat(bytes) !== null) return bytes;
  throw notAnImage(name, bytes.length === 0 ? 'no bytes' : 'bytes of something else');
}

const [lineFeed, carriageReturn] = [10, 13];

/** Lines are how most programs print base64. In bytes: a text of line breaks alone must not become millions of pieces. */
function withoutLineBreaks(text: string): string {
  if (!text.includes('\n') && !text.includes('\r')) return text;
  const bytes = Buffer.from(text);
  let length = 0;
  for (const byte of bytes) {
    if (byte !== lineFeed && byte !== carriageReturn) bytes[length++] = byte;
  }
  return bytes.toString('latin1', 0, length);
}

/** Where the base64 of a data URI begins. */
function dataLength(uri: string, name: string): number {
  const [head] = dataUri.exec(uri.slice(0, 1200)) ?? [];
  if (head !== undefined) return head.length;
  throw badInput({
    reason: 'INVALID_BASE64',
    input: name,
    expected: 'base64, or a data URI whose data are base64',
    received: 'a data URI without ;base64,',
  });
}

/** What the first bytes say that a file is; null for everything that is not read. */
export function imageFormat(bytes: Uint8Array): 'jpeg' | 'png' | 'webp' | 'gif' | 'avif' | null {
  const text = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
  if (text(0, 3) === '\xFF\xD8\xFF') return 'jpeg';
  if (text(0, 8) === '\x89PNG\r\n\x1A\n') return 'png';
  if (/^GIF8[79]a$/.test(text(0, 6))) return 'gif';
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'webp';
  return text(4, 8) === 'ftyp' && isAvif(text(0, 4), text(8, 264)) ? 'avif' : null;
}

/** Whether a brand of an ISO base media file is one of AVIF's: the major one, or one of those that it is compatible with. */
function isAvif(length: string, brands: string): boolean {
  const [high = 0, ...low] = Array.from(length, (letter) => letter.charCodeAt(0));
  const boxBytes = low.reduce((total, byte) => total * 256 + byte, high);
  const listed = brands.slice(0, Math.max(0, boxBytes - 8)).match(/[^]{4}/g) ?? [];
  return listed.some((brand, place) => place !== 1 && (brand === 'avif' || brand === 'avis'));
}

/** What is refused because no picture can be read from it. */
export function notAnImage(name: string, received: string) {
  return badInput({ reason: 'INVALID_IMAGE', input: name, expected: `a ${imageFormats} picture`, received });
}
