import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { badInput } from '../../errors.ts';
import type { Tensor } from '../../tensors/tensor.ts';
import { FairTurns } from './fair-turns.ts';
import { decodeImageBytes, imageFormat, notAnImage } from './image-bytes.ts';
import type { PixelLayout } from './pixel-tensor.ts';
import { PixelWorker } from './pixel-worker.ts';
import type { PixelWork } from './pixel-work.ts';
import { type Placement, type Size, visiblePart } from './placement.ts';
import type { Filter } from './preparation.ts';

/** How one model wants its pictures. */
export interface PictureRequest {
  /** Of the input, for messages. */
  readonly name: string;
  /** The most pixels of a picture; the decoder's own bound holds besides. */
  readonly maxPixels: number;
  /** Where a picture of this size comes to stand. @throws GatewayError when the model cannot take it */
  place(original: Size): Placement;
  readonly filter: Filter;
  /** What transparent pixels let through; null to take transparency off. */
  readonly background: readonly number[] | null;
  /** What becomes of the pixels. */
  readonly layout: PixelLayout;
}

/** A picture as the graph takes it. */
export interface DecodedPicture {
  readonly placement: Placement;
  readonly tensor: Tensor;
}

/** Decodes pictures for all models, a few at a time. */
export interface PictureDecoder {
  /** The most pixels that any picture may have. */
  readonly maxPixels: number;
  /**
   * Decodes a picture once it is its turn.
   * @param text base64, or a data URI.
   * @param signal aborted when the result is of no use any more. Pictures with the same one are one list: they take turns
   * with others as one, and together have a bounded number of pixels.
   * @throws GatewayError `BAD_USER_INPUT`, or the reason of the signal.
   */
  decode(text: string, request: PictureRequest, signal?: AbortSignal): Promise<DecodedPicture>;
  /** Ends the thread that was started for it, which keeps no process alive by itself. */
  close(): Promise<void>;
}

/** How many pictures are decoded at a time: it happens in the four threads of libuv, which files need as well. */
const picturesAtATime = 3;
/** The pixels of one list, in pictures of the largest size: with more it would not be done in time. */
const largestPicturesInAList = 8;
/** Pictures up to this size are resized as Pillow does it; for larger ones libvips is a few times as fast. */
const pixelsAsPillow = 1_048_576;
/** How long one picture may be decoded; libvips looks at the clock between its lines. */
const mostSeconds = 20;

/** @param maxPixels of one picture, told by its header before anything is decoded. */
export function createPictureDecoder({ maxPixels }: { readonly maxPixels: number }): PictureDecoder {
  // Threads within one picture would take turns with those of the models; nothing is ever decoded twice.
  sharp.concurrency(1);
  sharp.cache(false);
  const headers = new FairTurns({ places: picturesAtATime, allowed: picturesAtATime });
  // Large pictures take up to 17 bytes a pixel meanwhile, however few their own bytes are. Together they take no more than one may.
  const turns = new FairTurns({ places: picturesAtATime, allowed: maxPixels });
  const lists = new WeakMap<AbortSignal, number>();
  const worker = new PixelWorker();

  function charge(pixels: number, name: string, signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const total = (lists.get(signal) ?? 0) + pixels;
    const most = largestPicturesInAList * maxPixels;
    if (total > most) throw outOfRange(name, `pictures of at most ${most} pixels together`, 'more of them');
    lists.set(signal, total);
  }

  return {
    maxPixels,
    async decode(text, given, signal) {
      const request = { ...given, maxPixels: Math.min(maxPixels, given.maxPixels) };
      const owner = signal ?? {};
      const header = await headers.run({ owner, weight: 1, signal }, () => readHeader(text, request));
      const { placement, pixels } = header;
      charge(pixels, request.name, signal);
      const tensor = await turns.run({ owner, weight: pixels, signal }, async () => {
        const work = await readPixels(header, request).catch((error: unknown) => {
          throw asRefusal(error, request);
        });
        signal?.throwIfAborted();
        return worker.run(work);
      });
      return { placement, tensor };
    },
    close: () => worker.close(),
  };
}

/** What is known of a picture before it is decoded. */
interface Header {
  readonly bytes: Uint8Array;
  readonly placement: Placement;
  readonly pixels: number;
  readonly hasAlpha: boolean;
  readonly areInks: boolean;
}

async function readHeader(text: string, request: PictureRequest): Promise<Header> {
  const bytes = decodeImageBytes(text, request.name);
  try {
    const { autoOrient, hasAlpha, format, space } = await sharp(bytes, optionsOf(request)).metadata();
    // The decoder finds out for itself what the bytes are; it must not come to another format than those that are read.
    if ((format === 'heif' ? 'avif' : format) !== imageFormat(bytes)) throw new Error(`The format is ${format}.`);
    const { width, height } = autoOrient;
    const placement = request.place({ width, height });
    return { bytes, placement, pixels: width * height, hasAlpha, areInks: space === 'cmyk' };
  } catch (error) {
    throw asRefusal(error, request);
  }
}

function optionsOf({ maxPixels }: PictureRequest): SharpOptions {
  // Pictures are what their bytes say, as for Pillow: that is what models were trained on.
  return { failOn: 'error', limitInputPixels: maxPixels, ignoreIcc: true };
}

/** Decodes, and shrinks and cuts what is large, in the threads of libuv. */
async function readPixels(header: Header, request: PictureRequest): Promise<PixelWork> {
  const { bytes, placement, hasAlpha, areInks } = header;
  const { filter, layout } = request;
  const { size, cut, horizontal, vertical } = planResizing(placement);
  const { original } = placement;
  const isShrunk = size.width < original.width || size.height < original.height;
  const isCut = cut.width < size.width || cut.height < size.height;
  const upright = sharp(bytes, optionsOf(request)).autoOrient();
  const opaque = hasAlpha ? await withoutAlpha(upright, request.background, isShrunk) : upright;
  const kernel = kernels[filter];
  // Shrinking while a JPEG is decoded is faster, and differs from Pillow twice as much.
  const sized = isShrunk ? opaque.resize({ ...size, fit: 'fill', kernel, fastShrinkOnLoad: false }) : opaque;
  const { data, info } = await rawPixels(isCut ? sized.extract(cut) : sized, areInks);
  if (info.channels !== (areInks ? 4 : 3)) throw new Error(`A picture with ${info.channels} channels.`);
  const pixels = { data, width: info.width, height: info.height };
  return { pixels, areInks, horizontal, vertical, filter, placement, layout };
}

/** What is transparent has a colour too, and Pillow's `convert('RGB')` shows it; libvips would weigh it before it resizes. */
async function withoutAlpha(picture: Sharp, background: readonly number[] | null, isShrunk: boolean): Promise<Sharp> {
  if (background !== null) {
    const [r = 0, g = 0, b = 0] = background;
    return picture.flatten({ background: { r, g, b } });
  }
  if (!isShrunk) return picture.removeAlpha();
  const { data, info } = await rawPixels(picture.removeAlpha(), false);
  return sharp(data, { raw: { width: info.width, height: info.height, channels: 3 }, limitInputPixels: false });
}

/** Inks stay what they are: libvips would see them through a profile, and Pillow does not. */
function rawPixels(picture: Sharp, areInks: boolean) {
  const coloured = areInks ? picture.pipelineColourspace('cmyk').toColourspace('cmyk') : picture.toColourspace('srgb');
  return coloured.raw().timeout({ seconds: mostSeconds }).toBuffer({ resolveWithObject: true });
}

/** What libvips does, `size` and `cut` of it, and what is left to do: all of it for small pictures, and whatever is enlarged. */
function planResizing(placement: Placement) {
  const { original, resized } = placement;
  const { left, top, width, height } = visiblePart(placement);
  // Between the two sides the picture is as wide as it becomes, and as high as it was.
  const isSmall = Math.max(original.width, width) * original.height <= pixelsAsPillow;
  const isOurs = (from: number, to: number) => to > from || (isSmall && to < from);
  const wide = isOurs(original.width, resized.width);
  const high = isOurs(original.height, resized.height);
  const size: Size = {
    width: wide ? original.width : resized.width,
    height: high ? original.height : resized.height,
  };
  return {
    size,
    cut: {
      left: wide ? 0 : left,
      top: high ? 0 : top,
      width: wide ? size.width : width,
      height: high ? size.height : height,
    },
    horizontal: wide ? { target: resized.width, from: left, length: width } : null,
    vertical: high ? { target: resized.height, from: top, length: height } : null,
  };
}

const kernels = { bilinear: 'linear', bicubic: 'cubic', lanczos: 'lanczos3' } as const satisfies Record<Filter, string>;

/** Whatever the decoder says is said of the client's bytes; its own words have positions and names of its sources. */
function asRefusal(error: unknown, { name, maxPixels }: PictureRequest): unknown {
  if (!(error instanceof Error) || error.name === 'GatewayError') return error;
  if (/exceeds pixel limit/.test(error.message)) {
    return outOfRange(name, `a picture of at most ${maxPixels} pixels`, 'a larger one');
  }
  const takesLong = error.message.startsWith('timeout');
  return notAnImage(
    name,
    takesLong ? `bytes that take more than ${mostSeconds} s` : 'bytes that are damaged or incomplete',
  );
}

function outOfRange(input: string, expected: string, received: string): Error {
  return badInput({ reason: 'OUT_OF_RANGE', input, expected, received });
}
