import { halfBits } from '../../tensors/half-precision.ts';
import type { Tensor } from '../../tensors/tensor.ts';
import { channelCount, type ImagePort, type PixelDatatype, rowShape } from './image-port.ts';
import type { Placement } from './placement.ts';
import { luma, type Preparation } from './preparation.ts';
import type { Pixels } from './resample.ts';

type Elements = Uint8Array | Uint16Array | Float32Array | Float64Array;

/** One channel of the model. */
interface Channel {
  /** The element for each byte. */
  readonly table: Elements;
  /** The element where no picture is. */
  readonly outside: number;
}

/** How pixels become elements, as data: it crosses to the thread that does the work. */
export interface PixelLayout {
  readonly port: ImagePort;
  readonly channels: readonly Channel[];
}

/**
 * Compiles rescaling and normalising into a table for each channel: a byte has 256 values, each is computed once, in the
 * steps and in the precision of Hugging Face's processors.
 */
export function compilePixelLayout(port: ImagePort, preparation: Preparation): PixelLayout {
  const channels = Array.from({ length: channelCount(port) }, (_, channel): Channel => {
    const values = Float64Array.from({ length: 256 }, (_, byte) => prepared(byte, channel, preparation));
    const table = elementsOf(port.datatype, values);
    const { fill } = preparation;
    return { table, outside: fill.kind === 'zero' ? 0 : (table[fill.values[channel] ?? 0] ?? 0) };
  });
  return { port, channels };
}

/** Single precision after each step, as numpy has it. */
function prepared(byte: number, channel: number, { rescale, normalize }: Preparation): number {
  const scaled = rescale === null ? byte : Math.fround(byte * rescale);
  if (normalize === null) return scaled;
  const mean = Math.fround(normalize.mean[channel] ?? 0);
  return Math.fround(Math.fround(scaled - mean) / Math.fround(normalize.std[channel] ?? 1));
}

function elementsOf(datatype: PixelDatatype, values: Float64Array): Elements {
  switch (datatype) {
    case 'UINT8':
      return Uint8Array.from(values);
    case 'FP16':
      return halfBits(Float16Array.from(values));
    case 'FP32':
      return Float32Array.from(values);
    case 'FP64':
      return values;
  }
}

const arrays = { UINT8: Uint8Array, FP16: Uint16Array, FP32: Float32Array, FP64: Float64Array } as const;

/** Turns pixels into the tensor that the graph takes. */
export function writePixels(visible: Pixels, placement: Placement, { port, channels }: PixelLayout): Tensor {
  const { width, height } = placement.canvas;
  const { datatype, layout } = port;
  const data: Elements = new arrays[datatype](width * height * channels.length);
  // From one pixel to the next, and from one channel to the next.
  const [step, plane] = layout === 'NHWC' ? [channels.length, 1] : [1, width * height];
  const isCovered = visible.width === width && visible.height === height;
  if (!isCovered) fill(data, channels, step, plane);
  const [left, top] = [Math.max(0, placement.left), Math.max(0, placement.top)];
  const writeRow = rowWriter(port.channels, channels, data, step, plane);
  for (let y = 0; y < visible.height; y += 1) {
    writeRow(visible.data, y * visible.width * 3, visible.width, ((top + y) * width + left) * step);
  }
  return { datatype, shape: rowShape(port, height, width), data };
}

function fill(data: Elements, channels: readonly Channel[], step: number, plane: number): void {
  for (const [index, { outside }] of channels.entries()) {
    const end = step === 1 ? (index + 1) * plane : data.length;
    for (let place = index * plane; place < end; place += step) data[place] = outside;
  }
}

/** Writes `count` pixels, from the byte `source` of the picture on, to the element `target` of each channel and on. */
type RowWriter = (pixels: Uint8Array, source: number, count: number, target: number) => void;

/** All channels in one go: the picture is read once, from its first byte to its last. */
function rowWriter(
  order: ImagePort['channels'],
  [one, two, three]: readonly Channel[],
  data: Elements,
  step: number,
  plane: number,
): RowWriter {
  if (one === undefined || two === undefined || three === undefined) {
    const table = one?.table ?? data;
    return (pixels, source, count, target) => {
      const end = source + count * 3;
      for (let at = source, place = target; at < end; at += 3, place += step) {
        data[place] = table[luma(pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0)] ?? 0;
      }
    };
  }
  const [first, last] = order === 'BGR' ? [2, 0] : [0, 2];
  const [tableOne, tableTwo, tableThree] = [one.table, two.table, three.table];
  return (pixels, source, count, target) => {
    const end = source + count * 3;
    for (let at = source, place = target; at < end; at += 3, place += step) {
      data[place] = tableOne[pixels[at + first] ?? 0] ?? 0;
      data[place + plane] = tableTwo[pixels[at + 1] ?? 0] ?? 0;
      data[place + 2 * plane] = tableThree[pixels[at + last] ?? 0] ?? 0;
    }
  };
}
