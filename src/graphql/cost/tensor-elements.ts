import { maxRank } from '../../tensors/shape.ts';
import { datatypes, type Datatype } from '../../tensors/datatypes.ts';

/** Counts the elements of tensors that were sent, each list once however many fields use it. */
export class ElementCounter {
  readonly #known = new Map<unknown, number>();

  /** @param value nested lists, one element, or base64; unchecked. */
  countOf(value: unknown, datatype: string): number {
    if (typeof value === 'string') return elementsOfBase64(value, datatype);
    if (!Array.isArray(value)) return value === null || value === undefined ? 0 : 1;
    const known = this.#known.get(value) ?? countNested(value, maxRank);
    this.#known.set(value, known);
    return known;
  }
}

/**
 * Lists are tensors, or will be refused: what stands first tells whether the others are lists too.
 * @param room how much deeper to look; tensors are not nested deeper than that.
 */
function countNested(list: readonly unknown[], room: number): number {
  if (room === 0 || !Array.isArray(list[0])) return list.length;
  let total = 0;
  for (const item of list) total += Array.isArray(item) ? countNested(item, room - 1) : 1;
  return total;
}

function elementsOfBase64({ length }: string, datatype: string): number {
  const entry = Object.hasOwn(datatypes, datatype) ? datatypes[datatype as Datatype] : undefined;
  // One element that is text, where a tensor has a single one.
  if (entry?.bytes == null) return 1;
  return Math.floor((length * 3) / 4 / entry.bytes);
}
