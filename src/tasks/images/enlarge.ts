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

/** What makes one pixel: the first of its sources, and the weight of each. */
interface Taps {
  readonly first: number;
  readonly weights: Int32Array;
}

/**
 * Enlarges a picture to the same bytes as Pillow does. libvips enlarges half a pixel aside; shrinking is left to it,
 * since that is the work of many pixels.
 * @param horizontal null to leave the width as it is, and so `vertical` for the height.
 */
export function enlarge(pixels: Pixels, horizontal: Side | null, vertical: Side | null, filter: Filter): Pixels {
  const wide = horizontal === null ? pixels : enlargeRows(pixels, horizontal, filter);
  return vertical === null ? wide : enlargeColumns(wide, vertical, filter);
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

function enlargeRows({ data, width, height }: Pixels, side: Side, filter: Filter): Pixels {
  const out = new Uint8ClampedArray(side.length * height * 3);
  const columns = taps(width, side, filter);
  for (let y = 0, place = 0; y < height; y += 1) {
    for (const { first, weights } of columns) {
      let source = (y * width + first) * 3;
      let [red, green, blue] = [0, 0, 0];
      for (let tap = 0; tap < weights.length; tap += 1, source += 3) {
        const weight = weights[tap] ?? 0;
        red += weight * (data[source] ?? 0);
        green += weight * (data[source + 1] ?? 0);
        blue += weight * (data[source + 2] ?? 0);
      }
      out[place] = rounded(red);
      out[place + 1] = rounded(green);
      out[place + 2] = rounded(blue);
      place += 3;
    }
  }
  return { data: bytesOf(out), width: side.length, height };
}

function enlargeColumns({ data, width, height }: Pixels, side: Side, filter: Filter): Pixels {
  const stride = width * 3;
  const out = new Uint8ClampedArray(stride * side.length);
  const sums = new Float64Array(stride);
  for (const [y, { first, weights }] of taps(height, side, filter).entries()) {
    sums.fill(0);
    for (let tap = 0; tap < weights.length; tap += 1) {
      const weight = weights[tap] ?? 0;
      const row = (first + tap) * stride;
      for (let x = 0; x < stride; x += 1) sums[x] = (sums[x] ?? 0) + weight * (data[row + x] ?? 0);
    }
    for (let x = 0; x < stride; x += 1) out[y * stride + x] = rounded(sums[x] ?? 0);
  }
  return { data: bytesOf(out), width, height: side.length };
}

/** To the nearest whole number, halves upwards; what is below 0 or above 255 is cut when it is stored. */
function rounded(sum: number): number {
  return (sum + 2 ** (precisionBits - 1)) >> precisionBits;
}

function bytesOf({ buffer, byteOffset, length }: Uint8ClampedArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}
