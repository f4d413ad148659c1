import { readFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';

/** A file of `test/fixtures/pictures`; `make.py` beside it says how it came about. */
export function fixturePicture(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/pictures/${name}`, import.meta.url));
}

/** The bytes R, G and B of a fixture, as libvips reads them. */
export async function fixturePixels(name: string): Promise<Uint8Array> {
  return sharp(fixturePicture(name)).toColourspace('srgb').removeAlpha().raw().toBuffer();
}

/** A picture of one colour, to be encoded. */
export function plain(width: number, height: number, colour: readonly [number, number, number]): Sharp {
  const [r, g, b] = colour;
  return sharp({ create: { width, height, channels: 3, background: { r, g, b } } });
}

/** A picture of these pixels, three bytes each, row by row. */
export function ofPixels(width: number, height: number, pixels: readonly number[]): Sharp {
  return sharp(Uint8Array.from(pixels), { raw: { width, height, channels: 3 } });
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** A PNG whose header promises this size, and which holds next to nothing. */
export function hollowPng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1A\n', 'latin1'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.alloc(100))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A PNG of this size that is black throughout: few bytes, many pixels. */
export function blackPng(width: number, height: number): Promise<Buffer> {
  return plain(width, height, [0, 0, 0]).png({ compressionLevel: 9, palette: false }).toBuffer();
}

function pngChunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
