import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Filter } from './preparation.ts';

/** Pixels of three bytes, R, G and B, row by row. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** One side of a picture: it is brought to `target` pixels, of which those from `from` on are wanted, `length` of them. */
export interface Side {
  readonly target: number;
  readonly from: number;
  readonly length: number;
}

/** How far a filter reaches, in pixels of the source, and its weights; the formulas are those of Pillow's Resample.c. */
const filters: Readonly<Record<Filter, { readonly support: number; weight(distance: number): number }>> = {
  bilinear: { support: 1, weight: (distance) => Math.max(0, 1 - Math.abs(distance)) },
  bicubic: { support: 2, weight: (distance) => catmullRom(Math.abs(distance)) },
  lanczos: { support: 3, weight: (distance) => (Math.abs(distance) < 3 ? sinc(distance) * sinc(distance / 3) : 0) },
};

function catmullRom(distance: number): number {
  if (distance < 1) return (1.5 * distance - 2.5) * distance * distance + 1;
  return distance < 2 ? -0.5 * (((distance - 5) * distance + 8) * distance - 4) : 0;
}

function sinc(angle: number): number {
  return angle === 0 ? 1 : Math.sin(angle * Math.PI) / (angle * Math.PI);
}

/** Weights are whole numbers of 1 / 2^22, as Pillow's are: the sums are exact. */
const precisionBits = 22;
/** Added before the bits are cut off, so that sums are rounded; 32 bits hold every one of them. */
const half = 1 << (precisionBits - 1);

/** What makes one pixel: the first of its sources, and the weight of each. */
interface Taps {
  readonly first: number;
  readonly weights: Int32Array;
}

/** How many bytes are made before others have a turn: some milliseconds. */
const bytesInATurn = 400_000;

/**
 * Enlarges a picture to the same bytes as Pillow does. libvips enlarges half a pixel aside; shrinking is left to it,
 * since that is the work of many pixels.
 * @param horizontal null to leave the width as it is, and so `vertical` for the height.
 */
export async function enlarge(
  pixels: Pixels,
  horizontal: Side | null,
  vertical: Side | null,
  filter: Filter,
): Promise<Pixels> {
  const wide = horizontal === null ? pixels : await enlargeRows(pixels, taps(pixels.width, horizontal, filter));
  return vertical === null ? wide : enlargeColumns(wide, taps(pixels.height, vertical, filter));
}

function taps(source: number, { target, from, length }: Side, filter: Filter): readonly Taps[] {
  const { support } = filters[filter];
  const scale = source / target;
  return Array.from({ length }, (_, index) => {
    const centre = (from + index + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(source, Math.trunc(centre + support + 0.5));
    const exact = Array.from({ length: end - first }, (_, tap) => filters[filter].weight(first + tap - centre + 0.5));
    const sum = exact.reduce((one, other) => one + other, 0);
    const whole = exact.map((each) => Math.trunc((each / sum) * 2 ** precisionBits + (each < 0 ? -0.5 : 0.5)));
    return { first, weights: Int32Array.from(whole) };
  });
}

async function enlargeRows({ data, width, height }: Pixels, columns: readonly Taps[]): Promise<Pixels> {
  const out = new Uint8ClampedArray(columns.length * height * 3);
  const rowsInATurn = Math.ceil(bytesInATurn / (columns.length * 3));
  for (let y = 0; y < height; y += 1) {
    if (y > 0 && y % rowsInATurn === 0) await nextTurn();
    enlargeRow(data, y * width * 3, columns, out, y * columns.length * 3);
  }
  return { data: bytesOf(out), width: columns.length, height };
}

function enlargeRow(data: Uint8Array, row: number, columns: readonly Taps[], out: Uint8ClampedArray, target: number) {
  let place = target;
  for (const { first, weights } of columns) {
    let source = row + first * 3;
    let red = half;
    let green = half;
    let blue = half;
    for (let tap = 0; tap < weights.length; tap += 1, source += 3) {
      const weight = weights[tap] ?? 0;
      red = (red + Math.imul(weight, data[source] ?? 0)) | 0;
      green = (green + Math.imul(weight, data[source + 1] ?? 0)) | 0;
      blue = (blue + Math.imul(weight, data[source + 2] ?? 0)) | 0;
    }
    out[place] = red >> precisionBits;
    out[place + 1] = green >> precisionBits;
    out[place + 2] = blue >> precisionBits;
    place += 3;
  }
}

async function enlargeColumns({ data, width }: Pixels, rows: readonly Taps[]): Promise<Pixels> {
  const stride = width * 3;
  const out = new Uint8ClampedArray(stride * rows.length);
  const sums = new Int32Array(stride);
  const rowsInATurn = Math.ceil(bytesInATurn / stride);
  for (const [y, { first, weights }] of rows.entries()) {
    if (y > 0 && y % rowsInATurn === 0) await nextTurn();
    sums.fill(half);
    for (const [tap, weight] of weights.entries()) addRow(sums, data, (first + tap) * stride, weight);
    storeRow(sums, out, y * stride);
  }
  return { data: bytesOf(out), width, height: rows.length };
}

function addRow(sums: Int32Array, data: Uint8Array, row: number, weight: number): void {
  for (let x = 0; x < sums.length; x += 1) sums[x] = (sums[x] ?? 0) + Math.imul(weight, data[row + x] ?? 0);
}

/** What is below 0 or above 255 is cut. */
function storeRow(sums: Int32Array, out: Uint8ClampedArray, row: number): void {
  for (let x = 0; x < sums.length; x += 1) out[row + x] = (sums[x] ?? 0) >> precisionBits;
}

function bytesOf({ buffer, byteOffset, length }: Uint8ClampedArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}
