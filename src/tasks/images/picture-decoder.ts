import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { badInput } from '../../errors.ts';
import { Semaphore } from '../../repository/semaphore.ts';
import { enlarge, type Pixels, type Side } from './enlarge.ts';
import { decodeImageBytes, imageFormat, notAnImage } from './image-bytes.ts';
import { PixelBudget } from './pixel-budget.ts';
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
}

/** What is seen of a picture, resized. */
export interface DecodedPicture {
  readonly placement: Placement;
  readonly visible: Pixels;
}

/** Decodes pictures for all models, a few at a time. */
export interface PictureDecoder {
  /** The most pixels that any picture may have. */
  readonly maxPixels: number;
  /**
   * Runs a job on a picture once it is its turn.
   * @param text base64, or a data URI.
   * @throws GatewayError `BAD_USER_INPUT`
   */
  decode<Result>(
    text: string,
    request: PictureRequest,
    use: (picture: DecodedPicture) => Promise<Result>,
  ): Promise<Result>;
}

/** How many pictures are decoded at a time: it happens in the four threads of libuv, which files need as well. */
const picturesAtATime = 3;

/** @param maxPixels of one picture, told by its header before anything is decoded. */
export function createPictureDecoder({ maxPixels }: { readonly maxPixels: number }): PictureDecoder {
  // Threads within one picture would take turns with those of the models; nothing is ever decoded twice.
  sharp.concurrency(1);
  sharp.cache(false);
  const turns = new Semaphore(picturesAtATime);
  // Large pictures take up to 17 bytes a pixel meanwhile, however few their own bytes are. Together they take no more than one may.
  const budget = new PixelBudget(maxPixels);
  return {
    maxPixels,
    decode: (text, request, use) =>
      turns.run(async () => {
        const bytes = decodeImageBytes(text, request.name);
        const bounded = { ...request, maxPixels: Math.min(maxPixels, request.maxPixels) };
        return use(await readPicture(bytes, bounded, budget));
      }),
  };
}

async function readPicture(bytes: Uint8Array, request: PictureRequest, budget: PixelBudget): Promise<DecodedPicture> {
  const options: SharpOptions = {
    failOn: 'error',
    limitInputPixels: request.maxPixels,
    // Pictures are what their bytes say, as for Pillow: that is what models were trained on.
    ignoreIcc: true,
  };
  try {
    const { autoOrient: original, hasAlpha, format } = await sharp(bytes, options).metadata();
    // The decoder finds out for itself what the bytes are; it must not come to another format than those that are read.
    if ((format === 'heif' ? 'avif' : format) !== imageFormat(bytes)) throw new Error(`The format is ${format}.`);
    const placement = request.place(original);
    const visible = await budget.run(original.width * original.height, async () => {
      const upright = sharp(bytes, options).autoOrient();
      const opaque = hasAlpha ? await withoutAlpha(upright, request.background) : upright;
      return readVisible(opaque, placement, request.filter);
    });
    return { placement, visible };
  } catch (error) {
    throw asRefusal(error, request);
  }
}

/** What is transparent has a colour too, and Pillow's `convert('RGB')` shows it; libvips would weigh it before it resizes. */
async function withoutAlpha(picture: Sharp, background: readonly number[] | null): Promise<Sharp> {
  if (background !== null) {
    const [r = 0, g = 0, b = 0] = background;
    return picture.flatten({ background: { r, g, b } });
  }
  const { data, info } = await rawPixels(picture.removeAlpha());
  return sharp(data, { raw: { width: info.width, height: info.height, channels: 3 }, limitInputPixels: false });
}

function rawPixels(picture: Sharp) {
  return picture.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
}

/** Shrinks and cuts in the threads of libuv, and enlarges what is then at most as large as the model's input. */
async function readVisible(picture: Sharp, placement: Placement, filter: Filter): Promise<Pixels> {
  const { original, resized } = placement;
  const { left, top, width, height } = visiblePart(placement);
  const wider = resized.width > original.width;
  const higher = resized.height > original.height;
  const shrunk = {
    width: wider ? original.width : resized.width,
    height: higher ? original.height : resized.height,
  };
  const cut = {
    left: wider ? 0 : left,
    top: higher ? 0 : top,
    width: wider ? shrunk.width : width,
    height: higher ? shrunk.height : height,
  };
  const isShrunk = shrunk.width < original.width || shrunk.height < original.height;
  const isCut = cut.width < shrunk.width || cut.height < shrunk.height;
  const kernel = kernels[filter];
  // Shrinking while a JPEG is decoded is faster, and differs from Pillow twice as much.
  const sized = isShrunk ? picture.resize({ ...shrunk, fit: 'fill', kernel, fastShrinkOnLoad: false }) : picture;
  const { data, info } = await rawPixels(isCut ? sized.extract(cut) : sized);
  if (info.channels !== 3) throw new Error(`A picture with ${info.channels} channels.`);
  const pixels: Pixels = { data, width: info.width, height: info.height };
  const horizontal: Side | null = wider ? { target: resized.width, from: left, length: width } : null;
  const vertical: Side | null = higher ? { target: resized.height, from: top, length: height } : null;
  return enlarge(pixels, horizontal, vertical, filter);
}

const kernels = { bilinear: 'linear', bicubic: 'cubic', lanczos: 'lanczos3' } as const satisfies Record<Filter, string>;

/** Whatever the decoder says is said of the client's bytes; its own words have positions and names of its sources. */
function asRefusal(error: unknown, { name, maxPixels }: PictureRequest): unknown {
  if (!(error instanceof Error) || error.name === 'GatewayError') return error;
  if (!/exceeds pixel limit/.test(error.message)) return notAnImage(name, 'bytes that are damaged or incomplete');
  return badInput({
    reason: 'OUT_OF_RANGE',
    input: name,
    expected: `a picture of at most ${maxPixels} pixels`,
    received: 'a larger one',
  });
}
