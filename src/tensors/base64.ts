import { badInput } from '../errors.ts';
import { type Datatype, type TensorData, datatypes } from './datatypes.ts';
import { type DimensionBindings, type ShapePattern, formatShape, knownSize, requireElementCount } from './shape.ts';
import type { Tensor } from './tensor.ts';

/**
 * Decodes base64 (RFC 4648 section 4, padding optional) into memory of its own, so that the bytes can be seen as
 * elements of any width.
 * @param name of the input, for messages.
 * @throws GatewayError `BAD_USER_INPUT` for characters outside the alphabet, line breaks included, and for lengths
 * that no bytes have.
 */
export function decodeBase64(base64: string, name: string): Uint8Array<ArrayBuffer> {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  const digits = base64.length - padding;
  const byteLength = Math.floor((digits * 3) / 4);
  const bytes = Buffer.from(new ArrayBuffer(byteLength));
  const lengthFits = digits % 4 !== 1 && (padding === 0 || base64.length % 4 === 0);
  // Node skips what it does not know, which then leaves bytes unwritten, but takes the alphabet of URLs as well.
  const written = lengthFits ? bytes.write(base64, 'base64') : -1;
  if (written !== byteLength || base64.includes('-') || base64.includes('_')) {
    throw badInput({
      reason: 'INVALID_BASE64',
      input: name,
      expected: 'base64 of the alphabet A-Z a-z 0-9 + /',
      received: describeBase64(base64, lengthFits),
    });
  }
  return new Uint8Array(bytes.buffer, 0, byteLength);
}

function describeBase64(base64: string, lengthFits: boolean): string {
  const place = base64.search(/[^A-Za-z0-9+/]/);
  const misplaced = place !== -1 && base64.slice(place).replace(/={1,2}$/, '') !== '';
  if (misplaced) return `${JSON.stringify(base64.charAt(place))} at character ${place + 1}`;
  return lengthFits ? 'misplaced padding' : `${base64.length} characters, which is no length of base64`;
}

/**
 * Makes a tensor of the little-endian, row-major bytes in base64: halves are two bytes, booleans one byte, 0 or 1.
 * @param pattern the dimensions; one of them may be open, and is then found from the number of bytes.
 * @param name of the input, for messages.
 * @throws GatewayError `BAD_USER_INPUT`
 */
export function base64ToTensor(
  base64: string,
  datatype: Datatype,
  pattern: ShapePattern | null,
  name: string,
  bindings?: DimensionBindings,
): Tensor {
  const { array, bytes: width } = datatypes[datatype];
  if (array === null || width === null) {
    throw badInput({
      reason: 'WRONG_DATATYPE',
      input: name,
      expected: 'strings as JSON values, since they have no bytes of a fixed size',
      received: 'base64',
    });
  }
  const bytes = decodeBase64(base64, name);
  const shape = fitShape(bytes.length / width, pattern, name, bindings);
  const expected = requireElementCount(shape, name) * width;
  if (bytes.length !== expected) {
    throw badInput({
      reason: 'WRONG_LENGTH',
      input: name,
      expected: `${expected} bytes for ${datatype} in the shape ${formatShape(shape)}`,
      received: `${bytes.length} bytes`,
    });
  }
  if (datatype === 'BOOL') requireBooleans(bytes, name);
  return { datatype, shape, data: new array(bytes.buffer) };
}

/** The shape with its open dimension filled in so that it holds that many elements, where any size does. */
function fitShape(
  elements: number,
  pattern: ShapePattern | null,
  name: string,
  bindings: DimensionBindings | undefined,
): readonly number[] {
  const sizes = pattern?.map((dimension) => knownSize(dimension, bindings));
  const open = sizes?.filter((size) => size === undefined).length;
  if (sizes === undefined || open === undefined || open > 1) {
    throw badInput({
      reason: 'WRONG_SHAPE',
      input: name,
      expected: `nested lists, since bytes do not tell the sizes of ${formatShape(pattern)}`,
      received: 'base64',
    });
  }
  let known = 1;
  for (const size of sizes) known *= size ?? 1;
  const found = known === 0 ? 0 : Math.ceil(elements / known);
  return sizes.map((size, level) => {
    const dimension = pattern?.[level];
    if (size === undefined && typeof dimension === 'string') bindings?.set(dimension, found);
    return size ?? found;
  });
}

function requireBooleans(bytes: Uint8Array, name: string): void {
  const refused = bytes.findIndex((byte) => byte > 1);
  if (refused === -1) return;
  throw badInput({
    reason: 'OUT_OF_RANGE',
    input: name,
    expected: 'bytes 0 and 1 for booleans',
    received: `${bytes[refused]} at byte ${refused + 1}`,
  });
}

/** The elements of a tensor as little-endian, row-major bytes in base64 with padding; null for BYTES. */
export function tensorToBase64({ data }: Tensor): string | null {
  return isBinary(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64') : null;
}

function isBinary(data: TensorData): data is Exclude<TensorData, readonly string[]> {
  return ArrayBuffer.isView(data);
}
