import type { Tensor } from '../../tensors/tensor.ts';
import { type PixelLayout, writePixels } from './pixel-tensor.ts';
import type { Placement } from './placement.ts';
import type { Filter } from './preparation.ts';
import { type Pixels, resample, resamplingWork, type Side } from './resample.ts';

/** Everything that is done to decoded pixels, as data. */
export interface PixelWork {
  readonly pixels: Pixels;
  /** Whether the pixels have four bytes, how much of cyan, magenta, yellow and black, rather than R, G and B. */
  readonly areInks: boolean;
  /** How the pixels are resampled; null for a side that stays as it is. */
  readonly horizontal: Side | null;
  readonly vertical: Side | null;
  readonly filter: Filter;
  readonly placement: Placement;
  readonly layout: PixelLayout;
}

/** From pixels to the tensor of the graph. */
export function doPixelWork({ pixels, areInks, horizontal, vertical, filter, placement, layout }: PixelWork): Tensor {
  const colours = areInks ? coloursOf(pixels) : pixels;
  return writePixels(resample(colours, horizontal, vertical, filter), placement, layout);
}

/** How much work it is, in steps of one to two nanoseconds. */
export function amountOf({ pixels, horizontal, vertical, filter, placement, layout }: PixelWork): number {
  const { width, height } = placement.canvas;
  return (
    resamplingWork(pixels, horizontal, vertical, filter) + width * height * layout.channels.length + pixels.data.length
  );
}

/** As Pillow's `convert('RGB')`, without a profile: light is what ink and black leave of it. */
function coloursOf({ data, width, height }: Pixels): Pixels {
  const out = new Uint8Array(width * height * 3);
  for (let source = 0, target = 0; target < out.length; source += 4, target += 3) {
    const light = 255 - (data[source + 3] ?? 0);
    for (let ink = 0; ink < 3; ink += 1) {
      // A 255th part, rounded: Pillow's MULDIV255.
      const product = (data[source + ink] ?? 0) * light + 128;
      out[target + ink] = light - (((product >> 8) + product) >> 8);
    }
  }
  return { data: out, width, height };
}
