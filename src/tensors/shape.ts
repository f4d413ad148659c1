import { badInput } from '../errors.ts';

/** Dimensions of which some are open: a number is fixed, equal names stand for equal sizes, null takes any size. */
export type ShapePattern = readonly (number | string | null)[];

/** The sizes that the named dimensions of one row or request were found to have. */
export type DimensionBindings = Map<string, number>;

/** Nested JSON lists may be this deep at most: twice what any runtime we know takes. */
export const maxRank = 32;

/** A tensor holds at most this many elements; the largest typed arrays are not much larger. */
const maxElements = 2 ** 31 - 1;

/** What the sizes of a tensor without elements may multiply to, each 0 counted as 1: its nested lists are still made. */
const maxEmptyExtent = 2 ** 20;

/**
 * How many elements a shape that a client gave holds.
 * @throws GatewayError `BAD_USER_INPUT` for sizes that are no non-negative integers, and for more than can be held.
 */
export function requireElementCount(shape: readonly number[], name: string): number {
  let count = 1;
  let extent = 1;
  for (const size of shape) {
    count *= size;
    extent *= Math.max(size, 1);
    if (!Number.isSafeInteger(size) || size < 0 || extent > maxElements) throw unusableShape(shape, name);
  }
  if (shape.length > maxRank || (count === 0 && extent > maxEmptyExtent)) throw unusableShape(shape, name);
  return count;
}

function unusableShape(shape: readonly number[], name: string) {
  return badInput({
    reason: 'WRONG_SHAPE',
    input: name,
    expected: `a shape of at most ${maxRank} non-negative sizes and ${maxElements} elements`,
    received: formatShape(shape.slice(0, maxRank)),
  });
}

/** The size that a dimension must have, where that is known already. */
export function knownSize(
  dimension: number | string | null,
  bindings: DimensionBindings | undefined,
): number | undefined {
  return typeof dimension === 'string' ? bindings?.get(dimension) : (dimension ?? undefined);
}

/** A shape for people: `[3, height, ?]`. */
export function formatShape(shape: ShapePattern | null): string {
  return shape === null ? 'any shape' : `[${shape.map((dimension) => dimension ?? '?').join(', ')}]`;
}
