import type { NamedTensors, Tensor } from '../../tensors/tensor.ts';
import type { TokenPort, TokenRole } from './text-ports.ts';
import type { TokenizedText } from './tokenizer.ts';

/** How tokens become a row. */
export interface TokenPlan {
  readonly ports: readonly TokenPort[];
  /** The length of every row; null where a row is as long as its text. */
  readonly length: number | null;
  /** What stands where no token does. */
  readonly pads: Readonly<Record<TokenRole, number>>;
}

/** The row of a tokenized text: for each input of the graph a tensor of shape `[tokens]`, filled up to the right. */
export function tokenRow({ ports, length, pads }: TokenPlan, { ids, types }: TokenizedText): NamedTensors {
  const size = length ?? ids.length;
  const elementAt: Readonly<Record<TokenRole, (index: number) => number>> = {
    ids: (index) => ids[index] ?? pads.ids,
    mask: (index) => (index < ids.length ? 1 : pads.mask),
    types: (index) => types[index] ?? pads.types,
    positions: (index) => (index < ids.length ? index : pads.positions),
  };
  return new Map(ports.map(({ name, role, datatype }) => [name, integers(datatype, size, elementAt[role])]));
}

function integers(datatype: TokenPort['datatype'], size: number, elementAt: (index: number) => number): Tensor {
  const data = datatype === 'INT64' ? new BigInt64Array(size) : new Int32Array(size);
  for (let index = 0; index < size; index += 1) {
    if (data instanceof Int32Array) data[index] = elementAt(index);
    else data[index] = BigInt(elementAt(index));
  }
  return { datatype, shape: [size], data };
}
