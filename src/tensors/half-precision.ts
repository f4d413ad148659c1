/** The raw bits of halves, as FP16 tensors hold them. Shares their memory. */
export function halfBits(halves: Float16Array): Uint16Array {
  return new Uint16Array(halves.buffer, halves.byteOffset, halves.length);
}

/** The halves that raw bits stand for. Shares their memory. */
export function fromHalfBits(bits: Uint16Array): Float16Array {
  return new Float16Array(bits.buffer, bits.byteOffset, bits.length);
}
