import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decodeImageBytes, imageFormat } from '../../../../src/tasks/images/image-bytes.ts';
import { base64, plain } from '../../../helpers/pictures.ts';
import { refusal } from '../../../helpers/refusal.ts';

const png = await plain(2, 2, [1, 2, 3]).png().toBuffer();

describe('the bytes of a picture', () => {
  for (const [what, text] of [
    ['base64', base64(png)],
    ['base64 without padding', base64(png).replace(/=+$/, '')],
    ['the alphabet of URLs', png.toString('base64url')],
    ['a data URI', `data:image/png;base64,${base64(png)}`],
    ['a data URI that claims another type', `data:image/jpeg;base64,${base64(png)}`],
    ['a data URI without a type', `data:;base64,${base64(png)}`],
    ['a data URI with parameters', `data:image/png;name=a.png;charset=x;base64,${base64(png)}`],
    ['base64 in lines, as programs print it', `${base64(png).replace(/.{20}/g, '$&\n')}\n`],
    ['base64 in the lines of mails', base64(png).replace(/.{76}/g, '$&\r\n')],
    ['a data URI in large and small letters', `DaTa:image/png;base64,${base64(png)}`],
    ['a data URI in capitals', `DATA:IMAGE/PNG;BASE64,${base64(png)}`],
  ] as const) {
    test(`come as ${what}`, () => assert.deepEqual(Buffer.from(decodeImageBytes(text, 'image')), png));
  }

  for (const [what, text, reason] of [
    ['nothing', '', 'INVALID_IMAGE'],
    ['bytes of something else', 'AAAA', 'INVALID_IMAGE'],
    ['a data URI of nothing', 'data:image/png;base64,', 'INVALID_IMAGE'],
    ['no base64', 'a picture', 'INVALID_BASE64'],
    ['a data URI in percent signs', 'data:image/svg+xml,%3Csvg/%3E', 'INVALID_BASE64'],
    ['a data URI with blanks in it', 'data:image/png;base64, AAAA', 'INVALID_BASE64'],
    ['lines with what is no base64', 'AAAA\n\u0141AAA\n', 'INVALID_BASE64'],
    ['nothing but lines', '\n\n', 'INVALID_IMAGE'],
    ['a link', 'https://example.com/cat.png', 'INVALID_BASE64'],
  ] as const) {
    test(`are refused: ${what}`, () => {
      assert.throws(() => decodeImageBytes(text, 'image'), refusal(reason, 'image'));
    });
  }

  test('are found quickly in a text that is made to be slow', () => {
    const text = `data:${';x'.repeat(500_000)}`;
    assert.throws(() => decodeImageBytes(text, 'image'), refusal('INVALID_BASE64', 'image'));
  });
});

describe('the format', () => {
  const avif = (length: number, ...brands: readonly string[]) =>
    Buffer.concat([Buffer.from([0, 0, 0, length]), Buffer.from(`ftyp${brands.join('')}`, 'latin1')]);

  for (const [what, bytes, format] of [
    ['PNG', png, 'png'],
    ['GIF87a', Buffer.from('GIF87a'), 'gif'],
    ['GIF88a, which there is not', Buffer.from('GIF88a'), null],
    ['WebP', Buffer.from('RIFF\0\0\0\0WEBPVP8 ', 'latin1'), 'webp'],
    ['another RIFF', Buffer.from('RIFF\0\0\0\0WAVEfmt ', 'latin1'), null],
    ['AVIF', avif(20, 'avif', '\0\0\0\0', 'mif1'), 'avif'],
    ['a sequence of AVIF', avif(20, 'avis', '\0\0\0\0', 'msf1'), 'avif'],
    ['AVIF by a compatible brand', avif(24, 'mif1', '\0\0\0\0', 'miaf', 'avif'), 'avif'],
    ['HEIC', avif(24, 'heic', '\0\0\0\0', 'mif1', 'heic'), null],
    ['HEIC with AVIF beyond its brands', avif(20, 'heic', '\0\0\0\0', 'mif1', 'avif'), null],
    ['HEIC whose version reads as AVIF', avif(20, 'heic', 'avif', 'mif1'), null],
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), null],
    ['PDF', Buffer.from('%PDF-1.7'), null],
    ['TIFF', Buffer.from('II*\0', 'latin1'), null],
    ['nothing', Buffer.alloc(0), null],
  ] as const) {
    test(`is told by the first bytes: ${what}`, () => assert.equal(imageFormat(bytes), format));
  }

  test('of any other bytes is none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        // A chance of one in sixteen million, and then it is right.
        if (bytes[0] !== 0xff) assert.equal(imageFormat(bytes), null);
      }),
    );
  });
});
