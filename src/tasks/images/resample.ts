import type { Size } from './placement.ts';
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
const filters: Readonly<Record<Filter, { readonly support: number; readonly weight: (distance: number) => number }>> = {
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

/**
 * Brings a picture to a size, with the same bytes as Pillow's `resize` for the same filter: what shrinks is smoothed.
 * @param horizontal null to leave the width as it is, and so `vertical` for the height.
 */
export function resample(pixels: Pixels, horizontal: Side | null, vertical: Side | null, filter: Filter): Pixels {
  const rows = vertical === null ? null : taps(pixels.height, vertical, filter);
  const needed = rows === null ? pixels : rowsOf(pixels, rows);
  const wide = horizontal === null ? needed : resampleRows(needed, taps(pixels.width, horizontal, filter));
  return rows === null ? wide : resampleColumns(wide, rows, rows[0]?.first ?? 0);
}

/** What a sum takes besides its products, in products. */
const stepsOfASum = 4;

/** How many products resampling takes, as a measure of its time. */
export function resamplingWork(size: Size, horizontal: Side | null, vertical: Side | null, filter: Filter): number {
  const [width, across] = passOf(size.width, horizontal, filter);
  const [height, down] = passOf(size.height, vertical, filter);
  return 3 * width * (size.height * across + height * down);
}

/** The length that comes out, and from how many pixels each is made. */
function passOf(source: number, side: Side | null, filter: Filter): readonly [number, number] {
  if (side === null) return [source, 0];
  const taps = Math.min(source, 2 * filters[filter].support * Math.max(1, source / side.target));
  return [side.length, taps + stepsOfASum];
}

function taps(source: number, { target, from, length }: Side, filter: Filter): readonly Taps[] {
  const { weight, support } = filters[filter];
  const scale = source / target;
  // What grows is drawn through the filter as it is; what shrinks is smoothed by one that is as much wider.
  const widening = Math.max(1, scale);
  const [reach, narrowing] = [support * widening, 1 / widening];
  return Array.from({ length }, (_, index) => {
    const centre = (from + index + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(source, Math.trunc(centre + reach + 0.5));
    const exact = Float64Array.from({ length: end - first }, (_, tap) =>
      weight((first + tap - centre + 0.5) * narrowing),
    );
    const sum = exact.reduce((one, other) => one + other, 0);
    const whole = exact.map((each) => Math.trunc((each / sum) * 2 ** precisionBits + (each < 0 ? -0.5 : 0.5)));
    return { first, weights: Int32Array.from(whole) };
  });
}

/** The rows of a picture from which these are made, which are fewer where some is cut off. */
function rowsOf({ data, width, height }: Pixels, rows: readonly Taps[]): Pixels {
  const { first: top = 0 } = rows[0] ?? {};
  const { first, weights } = rows.at(-1) ?? { first: 0, weights: { length: height } };
  const bottom = first + weights.length;
  return { data: data.subarray(top * width * 3, bottom * width * 3), width, height: bottom - top };
}

function resampleRows({ data, width, height }: Pixels, columns: readonly Taps[]): Pixels {
  const out = new Uint8ClampedArray(columns.length * height * 3);
  for (let y = 0; y < height; y += 1) resampleRow(data, y * width * 3, columns, out, y * columns.length * 3);
  return { data: bytesOf(out), width: columns.length, height };
}

function resampleRow(data: Uint8Array, row: number, columns: readonly Taps[], out: Uint8ClampedArray, target: number) {
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

/** @param top the row of the picture with which `data` begins. */
function resampleColumns({ data, width }: Pixels, rows: readonly Taps[], top: number): Pixels {
  const stride = width * 3;
  const out = new Uint8ClampedArray(stride * rows.length);
  const sums = new Int32Array(stride);
  for (const [y, { first, weights }] of rows.entries()) {
    sums.fill(half);
    for (const [tap, weight] of weights.entries()) addRow(sums, data, (first - top + tap) * stride, weight);
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
