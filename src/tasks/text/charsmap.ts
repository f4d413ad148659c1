import { ModelLoadError } from '../../errors.ts';
import { remember } from './remember.ts';

/** A grapheme with fewer bytes of UTF-8 is looked up as a whole. */
const wholeBelowBytes = 6;

/**
 * Compiles the normalizer of SentencePiece: rules of what becomes of characters and graphemes, as a double array (Darts)
 * over UTF-8 with the replacements behind it, each ended by NUL. The layout and its use, with its oddities, are those of
 * `spm_precompiled` of Hugging Face: a grapheme of less than six bytes is replaced whole by what its shortest known
 * beginning becomes, the characters of any other one by one.
 * @throws ModelLoadError when the rules are cut off.
 */
export function compileCharsmap({ precompiled_charsmap: base64 }: { readonly precompiled_charsmap: string }) {
  const bytes = Buffer.from(base64, 'base64');
  const trieBytes = bytes.length < 4 ? -1 : bytes.readUInt32LE(0);
  if (trieBytes < 4 || trieBytes % 4 !== 0 || bytes.length < 4 + trieBytes) {
    throw new ModelLoadError('tokenizer.json has a precompiled_charsmap that is cut off.');
  }
  const units = Uint32Array.from({ length: trieBytes / 4 }, (_, index) => bytes.readUInt32LE(4 + index * 4));
  const replacements = bytes.subarray(4 + trieBytes);

  const replacement = remember((text: string): string | null => {
    const place = shortestPrefix(units, Buffer.from(text));
    if (place === -1) return null;
    const end = replacements.indexOf(0, place);
    return replacements.toString('utf8', place, end === -1 ? undefined : end);
  });
  const grapheme = remember((text: string): string => {
    const whole = Buffer.byteLength(text) < wholeBelowBytes ? replacement(text) : null;
    return whole ?? Array.from(text, (character) => replacement(character) ?? character).join('');
  });

  const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
  return (text: string): string => {
    let normalized = '';
    let start = 0;
    while (start < text.length) {
      let end = start + 1;
      if (standsAlone(text, start) && standsAlone(text, end)) {
        normalized += grapheme(text.charAt(start));
      } else {
        // Finding graphemes takes long: it is only done where they are not plain to see.
        while (end < text.length && !(standsAlone(text, end - 1) && standsAlone(text, end))) end += 1;
        for (const { segment } of segmenter.segment(text.slice(start, end))) normalized += grapheme(segment);
      }
      start = end;
    }
    return normalized;
  };
}

/** Whether the character is a grapheme of its own beside others of which the same is true. So is the end of a text. */
function standsAlone(text: string, index: number): boolean {
  if (index >= text.length) return true;
  const unit = text.charCodeAt(index);
  return (
    (unit >= 0x20 && unit <= 0x7e) || // ASCII
    (unit >= 0xc0 && unit <= 0x2ff) || // Latin
    (unit >= 0x400 && unit <= 0x482) || // Cyrillic
    (unit >= 0x3041 && unit <= 0x3096) || // Hiragana
    (unit >= 0x30a1 && unit <= 0x30fa) || // Katakana
    (unit >= 0x4e00 && unit <= 0x9fff) // ideographs
  );
}

/**
 * The value of the shortest key that the bytes begin with; -1 without one. A unit of the array holds whether a key ends
 * here in bit 8, its label in the low byte and bit 31, and the way to the next one in the rest. Source: darts-clone.
 */
function shortestPrefix(units: Uint32Array, bytes: Uint8Array): number {
  let position = offsetOf(units[0] ?? 0);
  for (const byte of bytes) {
    if (byte === 0) return -1;
    position ^= byte;
    const unit = units[position] ?? 0;
    if ((unit & 0x80_00_00_ff) >>> 0 !== byte) return -1;
    position ^= offsetOf(unit);
    if (((unit >>> 8) & 1) === 1) return (units[position] ?? 0) & 0x7f_ff_ff_ff;
  }
  return -1;
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x2_00) >>> 6);
}
