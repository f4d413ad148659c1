/** In pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where a picture comes to stand in what the model sees. */
export interface Placement {
  /** The picture as it was sent, upright. */
  readonly original: Size;
  /** Its size after resizing. */
  readonly resized: Size;
  /** What the model sees. */
  readonly canvas: Size;
  /** Where the upper left corner of the resized picture lies on the canvas; negative where it is cut off. */
  readonly left: number;
  readonly top: number;
}

/** To what size a picture is brought. */
export type Resizing =
  | { readonly kind: 'none' }
  /** Whatever its proportions. */
  | { readonly kind: 'exact'; readonly size: Size }
  /** The shorter side has this length, and the longer side no more than `atMost`. */
  | { readonly kind: 'shortest'; readonly edge: number; readonly atMost: number | null }
  | { readonly kind: 'longest'; readonly edge: number }
  /** As large as fits, proportions kept. */
  | { readonly kind: 'within'; readonly size: Size };

/** What of the resized picture the model sees. */
export type Framing =
  | { readonly kind: 'all' }
  /** The middle; what lies outside of the picture is filled. */
  | { readonly kind: 'centre'; readonly size: Size }
  /** The picture in the middle with bars around it. */
  | { readonly kind: 'bars'; readonly size: Size }
  /** The picture in the upper left corner. */
  | { readonly kind: 'corner'; readonly size: Size };

/** Where a picture of this size comes to stand. Rounds as Hugging Face's processors do, and as Ultralytics' LetterBox. */
export function placePicture(original: Size, resizing: Resizing, framing: Framing): Placement {
  const resized = resize(original, resizing);
  if (framing.kind === 'all') return { original, resized, canvas: resized, left: 0, top: 0 };
  const canvas = framing.size;
  const offset = offsets[framing.kind];
  return {
    original,
    resized,
    canvas,
    left: offset(canvas.width - resized.width),
    top: offset(canvas.height - resized.height),
  };
}

/** Where a side begins, by how much longer the canvas is; negative where it is shorter. */
const offsets: Readonly<Record<Exclude<Framing['kind'], 'all'>, (excess: number) => number>> = {
  centre: (excess) => Math.floor((excess + 1) / 2),
  bars: (excess) => Math.floor(excess / 2 + 0.4),
  corner: () => 0,
};

/** The size of everything that comes out; null where it depends on the picture. */
export function fixedCanvas(resizing: Resizing, framing: Framing): Size | null {
  if (framing.kind !== 'all') return framing.size;
  return resizing.kind === 'exact' ? resizing.size : null;
}

function resize(original: Size, resizing: Resizing): Size {
  const { width, height } = original;
  switch (resizing.kind) {
    case 'none':
      return original;
    case 'exact':
      return resizing.size;
    case 'shortest': {
      const shorter = Math.min(width, height);
      const longer = Math.max(width, height);
      const { edge, atMost } = resizing;
      const exceeds = atMost !== null && (longer / shorter) * edge > atMost;
      // With a bound the edge is rounded, and the other side still follows from what it was before.
      const exact = exceeds ? (atMost * shorter) / longer : edge;
      const least = Math.max(1, exceeds ? Math.round(exact) : edge);
      const most = Math.max(1, Math.trunc((exact * longer) / shorter));
      return width <= height ? { width: least, height: most } : { width: most, height: least };
    }
    case 'longest': {
      const scale = resizing.edge / Math.max(width, height);
      return { width: nearest(width * scale), height: nearest(height * scale) };
    }
    case 'within': {
      const scale = Math.min(resizing.size.width / width, resizing.size.height / height);
      return { width: nearest(width * scale), height: nearest(height * scale) };
    }
  }
}

function nearest(length: number): number {
  return Math.max(1, Math.floor(length + 0.5));
}

/** What of a resized picture is seen, from its own upper left corner. */
export interface Visible {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The part of the resized picture that lies on the canvas. */
export function visiblePart({ resized, canvas, left, top }: Placement): Visible {
  const fromX = Math.max(0, -left);
  const fromY = Math.max(0, -top);
  return {
    left: fromX,
    top: fromY,
    width: Math.min(resized.width, canvas.width - left) - fromX,
    height: Math.min(resized.height, canvas.height - top) - fromY,
  };
}
