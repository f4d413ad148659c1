/**
 * The few parts of the protobuf wire format that writing ONNX takes. Every function returns the bytes of one whole
 * field, so that a message is the concatenation of its fields. Source: protobuf.dev/programming-guides/encoding.
 */

const encoder = new TextEncoder();

/** A base-128 varint; negative values take ten bytes, as int64 does. */
export function varint(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

/** A varint field: int32, int64, bool, enum. */
export function varintField(field: number, value: number | bigint): Uint8Array {
  return concatBytes([varint(field * 8), varint(value)]);
}

/** A 32-bit float field. */
export function floatField(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return concatBytes([varint(field * 8 + 5), bytes]);
}

/** A field with a length before it: bytes, a message, packed numbers. */
export function bytesField(field: number, ...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.byteLength;
  return concatBytes([varint(field * 8 + 2), varint(length), ...parts]);
}

export function stringField(field: number, text: string): Uint8Array {
  return bytesField(field, encoder.encode(text));
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.byteLength;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
