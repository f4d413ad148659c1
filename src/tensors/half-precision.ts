/** The raw bits of halves, as FP16 tensors hold them. Shares their memory. */
export function halfBits(halves: Float16Array): Uint16Array {
  return new Uint16Array(halves.buffer, halves.byteOffset, halves.length);
}

/** The halves that raw bits stand for. Shares their memory. */
export function fromHalfBits(bits: Uint16Array): Float16Array {
  return new Float16Array(bits.buffer, bits.byteOffset, bits.length);
}

/** Rounds numbers to IEEE 754 binary16, to nearest and ties to even, and gives their raw bits. */
export function toHalfBits(values: ArrayLike<number>): Uint16Array {
  return halfBits(Float16Array.from(values));
}
