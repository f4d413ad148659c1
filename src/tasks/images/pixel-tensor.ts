import { setImmediate as nextTurn } from 'node:timers/promises';
import { halfBits } from '../../tensors/half-precision.ts';
import type { Tensor } from '../../tensors/tensor.ts';
import { channelCount, type ImagePort, type PixelDatatype, rowShape } from './image-port.ts';
import type { DecodedPicture } from './picture-decoder.ts';
import { luma, type Preparation } from './preparation.ts';

type Elements = Uint8Array | Uint16Array | Float32Array | Float64Array;

/** How many elements are written before others have a turn: about 5 ms. */
const elementsInATurn = 3_000_000;

/** Turns pixels into the tensor that the graph takes. */
export type PixelWriter = (picture: DecodedPicture) => Promise<Tensor>;

/**
 * Compiles rescaling and normalising into a table for each channel: a byte has 256 values, each is computed once, in the
 * steps and in the precision of Hugging Face's processors.
 */
export function createPixelWriter(port: ImagePort, preparation: Preparation): PixelWriter {
  const count = channelCount(port);
  const channels = Array.from({ length: count }, (_, channel): Channel => {
    const table = elementsOf(
      port.datatype,
      Float64Array.from({ length: 256 }, (_, byte) => prepared(byte, channel, preparation)),
    );
    const { fill } = preparation;
    const outside = fill.kind === 'zero' ? 0 : (table[fill.values[channel] ?? 0] ?? 0);
    return { table, outside, offset: { RGB: channel, BGR: 2 - channel, grey: null }[port.channels] };
  });
  return (picture) => write(picture, port, channels);
}

interface Channel {
  /** The element for each byte. */
  readonly table: Elements;
  /** The element where no picture is. */
  readonly outside: number;
  /** Which byte of a pixel it is made of; null for all three, as grey. */
  readonly offset: number | null;
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

async function write({ placement, visible }: DecodedPicture, port: ImagePort, channels: readonly Channel[]) {
  const { canvas } = placement;
  const { datatype, layout } = port;
  const data: Elements = new arrays[datatype](canvas.width * canvas.height * channels.length);
  const [left, top] = [Math.max(0, placement.left), Math.max(0, placement.top)];
  const isCovered = visible.width === canvas.width && visible.height === canvas.height;
  const step = layout === 'NHWC' ? channels.length : 1;
  const rowsInATurn = Math.max(1, Math.floor(elementsInATurn / Math.max(1, visible.width)));
  for (const [index, channel] of channels.entries()) {
    const first = layout === 'NHWC' ? index : index * canvas.width * canvas.height;
    const plane: Plane = { first, step, width: canvas.width };
    if (!isCovered) fillPlane(data, plane, channel.outside, canvas.height);
    for (let from = 0; from < visible.height; from += rowsInATurn) {
      if (from > 0) await nextTurn();
      const to = Math.min(visible.height, from + rowsInATurn);
      for (let y = from; y < to; y += 1) {
        const target = first + ((top + y) * canvas.width + left) * step;
        writeRow(data, target, step, channel, visible.data, y * visible.width * 3, visible.width);
      }
    }
  }
  return { datatype, shape: rowShape(port, canvas.height, canvas.width), data };
}

interface Plane {
  readonly first: number;
  readonly step: number;
  readonly width: number;
}

function fillPlane(data: Elements, { first, step, width }: Plane, value: number, height: number): void {
  const end = first + width * height * step;
  if (step === 1) data.fill(value, first, end);
  else for (let place = first; place < end; place += step) data[place] = value;
}

function writeRow(
  data: Elements,
  target: number,
  step: number,
  { table, offset }: Channel,
  pixels: Uint8Array,
  source: number,
  width: number,
): void {
  let place = target;
  if (offset === null) {
    for (let at = source, end = source + width * 3; at < end; at += 3, place += step) {
      data[place] = table[luma(pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0)] ?? 0;
    }
    return;
  }
  for (let at = source + offset, end = source + width * 3; at < end; at += 3, place += step) {
    data[place] = table[pixels[at] ?? 0] ?? 0;
  }
}
