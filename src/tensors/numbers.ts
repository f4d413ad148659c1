import { fromHalfBits } from './half-precision.ts';
import type { Tensor } from './tensor.ts';

/**
 * The elements of a tensor as numbers, without copying where they are numbers already. Integers of 64 bits are
 * rounded to the nearest number; booleans are 0 and 1.
 * @throws TypeError for BYTES.
 */
export function tensorNumbers({ datatype, data }: Tensor): ArrayLike<number> {
  if (datatype === 'FP16' && data instanceof Uint16Array) return fromHalfBits(data);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Array.from<bigint, number>(data, Number);
  if (ArrayBuffer.isView(data)) return data;
  throw new TypeError('Strings are no numbers');
}
