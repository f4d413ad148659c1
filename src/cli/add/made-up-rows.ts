import { zeroRow } from '../../inference/zero-row.ts';
import type { RowPort } from '../../tasks/row-signature.ts';
import type { NamedTensors, Tensor } from '../../tensors/tensor.ts';

/** Rows to compare two models on: one of zeros, then numbers that are the same each time. */
export function madeUpRows(ports: readonly RowPort[], count: number): readonly NamedTensors[] {
  const random = randomNumbers();
  return Array.from({ length: count }, (_, index) => {
    const row = zeroRow(ports);
    if (index > 0) for (const tensor of row.values()) fill(tensor, index, random);
    return row;
  });
}

/** Small values: class numbers, tokens and places must be in range. Datatypes that are not named here stay zero. */
function fill({ data, datatype }: Tensor, scale: number, random: () => number): void {
  if (data instanceof Float32Array || data instanceof Float64Array) data.set(Array.from(data, () => random() * scale));
  else if (data instanceof Int32Array) data.set(Array.from(data, (_, at) => at % (scale + 1)));
  else if (data instanceof BigInt64Array) data.set(Array.from(data, (_, at) => BigInt(at % (scale + 1))));
  else if (datatype === 'BYTES' && Array.isArray(data)) data.fill(`text ${scale}`);
}

/** From 0 to 1: the generator of Park and Miller, "Random number generators: good ones are hard to find", 1988. */
function randomNumbers(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
