import { ModelLoadError } from '../../errors.ts';
import { formatShape } from '../../tensors/shape.ts';
import type { RowSignature } from '../row-signature.ts';
import type { ImageOptions } from './sections.ts';

/** What pixels become an element of. */
export type PixelDatatype = 'UINT8' | 'FP16' | 'FP32' | 'FP64';

/** The input of the graph that takes the picture, as the picture must be for it. */
export interface ImagePort {
  readonly name: string;
  readonly datatype: PixelDatatype;
  /** Where the channels are; null where a row is a bare plane of height and width. */
  readonly layout: 'NCHW' | 'NHWC' | null;
  readonly channels: 'RGB' | 'BGR' | 'grey';
  /** In pixels; null where the graph takes any. */
  readonly height: number | null;
  readonly width: number | null;
}

const datatypes: ReadonlySet<string> = new Set<PixelDatatype>(['UINT8', 'FP16', 'FP32', 'FP64']);

type Dimension = number | string | null;

/**
 * Finds out how the graph wants a picture, from its only input and from what the manifest says of it.
 * @param flipped whether the preprocessor says that the channels are BGR.
 * @throws ModelLoadError saying what to do.
 */
export function findImagePort(signature: RowSignature, options: ImageOptions, flipped: boolean): ImagePort {
  const [port, ...others] = signature.inputs;
  if (port === undefined || others.length > 0) {
    const names = signature.inputs.map(({ name }) => `"${name}"`).join(', ') || 'none';
    throw new ModelLoadError(
      `A task with pictures fills one input, and the model's inputs are ${names}: fold the others into the graph, or use the task tensor.`,
    );
  }
  const { name, datatype, shape } = port;
  const about = `The input "${name}" takes ${datatype} ${formatShape(shape)} in each row`;
  if (!datatypes.has(datatype)) {
    throw new ModelLoadError(`${about}, and a picture becomes UINT8, FP16, FP32 or FP64: use the task tensor.`);
  }
  if (shape?.length !== 3 && shape?.length !== 2) {
    throw new ModelLoadError(
      `${about}, and a picture has a height, a width and channels: export the model with a batch dimension that is free or 1, or use the task tensor.`,
    );
  }
  const layout = findLayout(shape, options, about);
  const count = layout === null ? 1 : shape[layout === 'NCHW' ? 0 : 2];
  const [height, width] = (layout === 'NCHW' ? shape.slice(1) : shape.slice(0, 2)).map(fixedSize);
  const channels = findChannels(count ?? null, options, flipped, about);
  return { name, datatype: datatype as PixelDatatype, layout, channels, height: height ?? null, width: width ?? null };
}

/** How many channels the model takes. */
export function channelCount({ channels }: Pick<ImagePort, 'channels'>): 1 | 3 {
  return channels === 'grey' ? 1 : 3;
}

/** The shape of a row that holds a picture of this size. */
export function rowShape(port: ImagePort, height: number, width: number): readonly number[] {
  if (port.layout === null) return [height, width];
  return port.layout === 'NCHW' ? [channelCount(port), height, width] : [height, width, channelCount(port)];
}

function fixedSize(dimension: Dimension): number | null {
  return typeof dimension === 'number' ? dimension : null;
}

function findLayout(shape: readonly Dimension[], options: ImageOptions, about: string): ImagePort['layout'] {
  if (shape.length === 2) {
    if (options.layout === undefined) return null;
    throw new ModelLoadError(`${about}, which has no channels: leave image.layout out.`);
  }
  const [first, , last] = shape.map(mayBeChannels);
  const found = first === last ? null : first === true ? 'NCHW' : 'NHWC';
  const layout = options.layout ?? found;
  if (layout === null) {
    throw new ModelLoadError(`${about}, which does not tell where the channels are: say image.layout in the manifest.`);
  }
  if ((layout === 'NCHW' ? first : last) === false && typeof shape[layout === 'NCHW' ? 0 : 2] === 'number') {
    throw new ModelLoadError(`${about}, which has no 1 or 3 channels where image.layout: ${layout} looks for them.`);
  }
  return layout;
}

/** One or three of them, or a free number with a telling name, such as `num_channels`. */
function mayBeChannels(dimension: Dimension): boolean {
  if (typeof dimension === 'string') return /chan|^c$/i.test(dimension);
  return dimension === 1 || dimension === 3;
}

function findChannels(
  count: Dimension,
  { channels }: ImageOptions,
  flipped: boolean,
  about: string,
): ImagePort['channels'] {
  if (flipped && channels !== undefined && channels !== 'BGR') {
    throw new ModelLoadError(`The preprocessor says do_flip_channel_order, and image.channels is ${channels}.`);
  }
  const found = channels ?? (flipped ? 'BGR' : count === 1 ? 'grey' : 'RGB');
  if (typeof count !== 'number' || count === channelCount({ channels: found })) return found;
  throw new ModelLoadError(`${about}, with ${count} channels, and ${found} has ${channelCount({ channels: found })}.`);
}
