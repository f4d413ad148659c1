import type { RowPort } from '../tasks/row-signature.ts';
import { datatypes } from '../tensors/datatypes.ts';

/** What the rows that wait for a version may take. */
const maxQueueBytes = 512 * 1024 ** 2;

/**
 * How many rows may wait: as many as the manifest says, and no more than memory is meant to hold. A picture that came
 * in a hundred bytes waits as a tensor of some megabytes, which no limit on bodies knows of.
 * @param inputs whose fixed dimensions tell the size of a row; open ones count as 1, since clients send what fills them.
 */
export function queueLimit(maxQueueRows: number, inputs: readonly RowPort[]): number {
  const rowBytes = inputs.reduce((total, port) => total + leastBytes(port), 0);
  return Math.min(maxQueueRows, Math.max(1, Math.floor(maxQueueBytes / Math.max(1, rowBytes))));
}

function leastBytes({ datatype, shape }: RowPort): number {
  const sizes = (shape ?? []).map((size) => (typeof size === 'number' ? size : 1));
  return sizes.reduce((product, size) => product * size, datatypes[datatype].bytes ?? 1);
}
