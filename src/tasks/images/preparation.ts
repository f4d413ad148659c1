import { ModelLoadError } from '../../errors.ts';
import { channelCount, type ImagePort } from './image-port.ts';
import { fixedCanvas, type Framing, type Resizing, type Size } from './placement.ts';
import type { Preprocessor } from './sections.ts';

/** A filter that both Pillow and libvips have. */
export type Filter = 'lanczos' | 'bilinear' | 'bicubic';

/** Everything that happens to a picture, checked against what the graph takes. */
export interface Preparation {
  readonly resizing: Resizing;
  readonly framing: Framing;
  readonly filter: Filter;
  /** What each value is multiplied by; null to leave it. */
  readonly rescale: number | null;
  /** What is taken off each channel, and what the rest is divided by; null to leave it. In the order of the channels. */
  readonly normalize: { readonly mean: readonly number[]; readonly std: readonly number[] } | null;
  /** What stands where no picture is: a colour in the order of the channels, which is then prepared, or 0 as it is. */
  readonly fill: { readonly kind: 'colour'; readonly values: readonly number[] } | { readonly kind: 'zero' };
}

/** What a task assumes of pictures of which nobody says anything. */
export interface PreparationDefaults {
  /** @default false */
  readonly letterbox?: boolean;
}

const filters: Readonly<Record<number, Filter>> = { 1: 'lanczos', 2: 'bilinear', 3: 'bicubic' };

/**
 * Compiles what manifest and file say. What they leave out is as most processors of Hugging Face have it.
 * @throws ModelLoadError for what contradicts itself or the graph, saying what to do.
 */
export function compilePreparation(
  said: Preprocessor,
  port: ImagePort,
  defaults: PreparationDefaults = {},
): Preparation {
  if (said.do_convert_rgb === true && port.channels === 'grey') {
    throw refused('do_convert_rgb, and the model takes grey pictures', 'leave it out');
  }
  const { resizing, framing } = compileFrame(said, port, defaults);
  requireFittingCanvas(resizing, framing, port);
  const filter = filters[said.resample ?? 2];
  if (filter === undefined && resizing.kind !== 'none') {
    throw refused(
      `resample: ${said.resample}`,
      'only 1 (Lanczos), 2 (bilinear) and 3 (bicubic) are the same here as in Python',
    );
  }
  return {
    resizing,
    framing,
    filter: filter ?? 'bilinear',
    rescale: compileRescale(said, port),
    normalize: compileNormalize(said, port),
    fill: compileFill(said, framing, port),
  };
}

function compileFrame(
  said: Preprocessor,
  port: ImagePort,
  defaults: PreparationDefaults,
): Pick<Preparation, 'resizing' | 'framing'> {
  const crops = said.do_center_crop ?? said.crop_size !== undefined;
  const pads = said.do_pad ?? said.pad_size !== undefined;
  const resizes = said.do_resize ?? true;
  const free = !crops && !pads && resizes && !keepsProportions(said.size);
  const boxes = said.do_letterbox ?? (free && defaults.letterbox === true);
  if (Number(crops) + Number(pads) + Number(boxes) > 1) {
    throw refused('more than one of do_center_crop, do_pad and do_letterbox', 'choose one');
  }
  if (said.letterbox_color !== undefined && !boxes) throw refused('letterbox_color without do_letterbox', 'say both');
  if (boxes) {
    if (!resizes) throw refused('do_letterbox and do_resize: false', 'leave do_resize out');
    if (keepsProportions(said.size)) throw refused('do_letterbox and an edge as the size', 'say height and width');
    const size = bothSides(said.size) ?? ofGraph(port) ?? sizeMissing('size');
    return { resizing: { kind: 'within', size }, framing: { kind: 'bars', size } };
  }
  const resizing: Resizing = resizes ? compileResizing(said.size, crops, port) : { kind: 'none' };
  if (crops) {
    const size = bothSides(said.crop_size) ?? ofGraph(port) ?? sizeMissing('crop_size');
    return { resizing, framing: { kind: 'centre', size } };
  }
  if (!pads) return { resizing, framing: { kind: 'all' } };
  const size = bothSides(said.pad_size) ?? ofGraph(port) ?? sizeMissing('pad_size');
  requireRoom(resizing, size);
  return { resizing, framing: { kind: 'corner', size } };
}

function compileResizing(size: Preprocessor['size'], crops: boolean, port: ImagePort): Resizing {
  if (size === undefined) {
    // What is cut out has the size of the graph's input; how large the picture is before, only the author knows.
    if (crops) return sizeMissing('size');
    return { kind: 'exact', size: ofGraph(port) ?? sizeMissing('size') };
  }
  if (typeof size === 'number') {
    return crops
      ? { kind: 'shortest', edge: size, atMost: null }
      : { kind: 'exact', size: { width: size, height: size } };
  }
  if ('height' in size) return { kind: 'exact', size };
  if (!('shortest_edge' in size)) return { kind: 'longest', edge: size.longest_edge };
  return { kind: 'shortest', edge: size.shortest_edge, atMost: size.longest_edge ?? null };
}

function keepsProportions(size: Preprocessor['size']): boolean {
  return typeof size === 'object' && !('height' in size);
}

function bothSides(size: Preprocessor['size']): Size | null {
  if (typeof size === 'number') return { width: size, height: size };
  return size !== undefined && 'height' in size ? size : null;
}

function ofGraph({ height, width }: ImagePort): Size | null {
  return height === null || width === null ? null : { height, width };
}

function sizeMissing(key: string): never {
  throw new ModelLoadError(`Nothing says to what size pictures are brought: say preprocessor.${key} in the manifest.`);
}

/** A picture that is larger than what it is to be filled up to would lose a part of it unseen. */
function requireRoom(resizing: Resizing, { width, height }: Size): void {
  const fits =
    (resizing.kind === 'exact' && resizing.size.width <= width && resizing.size.height <= height) ||
    (resizing.kind === 'longest' && resizing.edge <= Math.min(width, height));
  if (fits) return;
  throw refused(
    `do_pad to ${width} × ${height}, and pictures may come larger`,
    'say size with a longest_edge that fits',
  );
}

function requireFittingCanvas(resizing: Resizing, framing: Framing, { name, height, width }: ImagePort): void {
  const canvas = fixedCanvas(resizing, framing);
  const wanted = `the input "${name}" takes a height of ${height ?? 'any size'} and a width of ${width ?? 'any size'}`;
  if (canvas === null) {
    if (resizing.kind === 'none' || (height === null && width === null)) return;
    throw refused(`an edge as the size, and ${wanted}`, 'say crop_size, or height and width');
  }
  if ((height ?? canvas.height) === canvas.height && (width ?? canvas.width) === canvas.width) return;
  throw refused(`that pictures come out ${canvas.height} high and ${canvas.width} wide, and ${wanted}`, 'change it');
}

function compileRescale({ do_rescale, rescale_factor }: Preprocessor, { datatype, name }: ImagePort): number | null {
  const whole = datatype === 'UINT8';
  const rescales = do_rescale ?? (rescale_factor !== undefined || !whole);
  if (!rescales) return null;
  if (whole) throw refused(`do_rescale, and the input "${name}" takes UINT8`, 'say do_rescale: false');
  return rescale_factor ?? 1 / 255;
}

function compileNormalize(
  { do_normalize, image_mean, image_std }: Preprocessor,
  port: ImagePort,
): Preparation['normalize'] {
  const normalizes = do_normalize ?? (image_mean !== undefined || image_std !== undefined);
  if (!normalizes) return null;
  if (port.datatype === 'UINT8') {
    throw refused(`do_normalize, and the input "${port.name}" takes UINT8`, 'say do_normalize: false');
  }
  if (image_mean === undefined || image_std === undefined) {
    throw refused('do_normalize without both image_mean and image_std', 'say both');
  }
  const std = forChannels('image_std', image_std, port);
  if (std.includes(0)) throw refused('an image_std of 0', 'nothing can be divided by it');
  return { mean: forChannels('image_mean', image_mean, port), std };
}

function forChannels(key: string, said: number | readonly number[], port: ImagePort): readonly number[] {
  const count = channelCount(port);
  const values = typeof said === 'number' ? [said] : said;
  if (values.length === count) return values;
  if (values.length === 1) return Array.from({ length: count }, () => values[0] ?? 0);
  throw refused(`${values.length} values of ${key}, and the model takes ${port.channels}`, `say ${count} or one`);
}

function compileFill(said: Preprocessor, framing: Framing, port: ImagePort): Preparation['fill'] {
  if (framing.kind === 'corner') return { kind: 'zero' };
  const colour = framing.kind === 'bars' ? (said.letterbox_color ?? 114) : 0;
  const [red = 0, green = red, blue = red] = typeof colour === 'number' ? [colour] : colour;
  if (port.channels === 'grey') return { kind: 'colour', values: [luma(red, green, blue)] };
  return { kind: 'colour', values: port.channels === 'RGB' ? [red, green, blue] : [blue, green, red] };
}

/** The grey of a colour as Pillow's `convert('L')` has it: ITU-R 601-2, in whole numbers. */
export function luma(red: number, green: number, blue: number): number {
  return (red * 19_595 + green * 38_470 + blue * 7471 + 0x8000) >> 16;
}

function refused(what: string, advice: string): ModelLoadError {
  return new ModelLoadError(`The preprocessor says ${what}: ${advice}.`);
}
