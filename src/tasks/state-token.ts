import { createHash } from 'node:crypto';
import { z } from 'zod';
import { badInput, describeValue } from '../errors.ts';
import { datatypes } from '../tensors/datatypes.ts';
import { formatShape } from '../tensors/shape.ts';
import { elementCount, type NamedTensors, type Tensor } from '../tensors/tensor.ts';
import type { RowPort } from './row-signature.ts';

/** The version whose state a token holds, and by which it is known again. */
export interface StateOwner {
  readonly model: string;
  readonly version: number;
  /** SHA-256 of the model file in hexadecimal digits. */
  readonly sha256: string;
}

const header = z.object({
  model: z.string(),
  version: z.number(),
  file: z.string(),
  shapes: z.array(
    z
      .array(
        z
          .int()
          .min(0)
          .max(2 ** 31 - 1),
      )
      .max(32),
  ),
});

/** Bytes of the digest at the front: enough to tell a token that was cut or mixed up. It is no signature. */
const digestBytes = 16;

/**
 * Writes the state after a call as one opaque text: base64url of a digest, the length of a JSON header (32 bits,
 * little-endian), the header, and the bytes of the tensors one after the other, little-endian.
 */
export function writeStateToken(owner: StateOwner, tensors: readonly Tensor[]): string {
  const { model, version } = owner;
  const shapes = tensors.map(({ shape }) => shape);
  const head = Buffer.from(JSON.stringify({ model, version, file: fileMark(owner), shapes }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  const body = Buffer.concat([length, head, ...tensors.map(bytesOf)]);
  return Buffer.concat([digestOf(body), body]).toString('base64url');
}

/**
 * Reads a token back.
 * @param ports the inputs that take the state, in the order in which it was written.
 * @param sizes what named dimensions are in the rest of the row: a state of two sequences does not go on as three.
 * @throws GatewayError `BAD_USER_INPUT` for what is no token, was changed, or is that of another model, version, file or size.
 */
export function readStateToken(
  token: unknown,
  owner: StateOwner,
  ports: readonly RowPort[],
  sizes: ReadonlyMap<string, number> = new Map(),
): NamedTensors {
  const expected = `a state that version ${owner.version} of the model "${owner.model}" gave, unchanged`;
  const refuse = (received: string) => badInput({ reason: 'INVALID_STATE', input: 'state', expected, received });
  if (typeof token !== 'string') throw refuse(describeValue(token));
  const bytes = Buffer.from(token, 'base64url');
  const body = bytes.subarray(digestBytes);
  // What is no base64 is passed over when it is decoded: only the text that was written is the token.
  if (bytes.toString('base64url') !== token) throw refuse('a text that is no state');
  if (body.length < 4 || !digestOf(body).equals(bytes.subarray(0, digestBytes))) {
    throw refuse('a text that is no state, or only a part of one');
  }
  const start = 4 + body.readUInt32LE(0);
  const head = header.safeParse(parseJson(body.subarray(4, start).toString('utf8')));
  if (!head.success) throw refuse('a text that is no state');
  const { model, version, file, shapes } = head.data;
  if (model !== owner.model) throw refuse('a state of another model');
  if (version !== owner.version) throw refuse(`a state of version ${version}`);
  if (file !== fileMark(owner)) throw refuse('a state of the file that was this version before');
  const tensors = new Map<string, Tensor>();
  let offset = start;
  for (const [index, port] of ports.entries()) {
    const shape = shapes[index] ?? [];
    const { array: TypedArray, bytes: width } = datatypes[port.datatype];
    const size = elementCount(shape) * (width ?? 0);
    if (TypedArray === null || !fitsShape(shape, port, sizes)) throw refuse(`a state of shape ${formatShape(shape)}`);
    if (offset + size > body.length) throw refuse('a text that is no state');
    const own = new Uint8Array(size);
    own.set(body.subarray(offset, offset + size));
    tensors.set(port.name, { datatype: port.datatype, shape, data: new TypedArray(own.buffer) });
    offset += size;
  }
  if (offset !== body.length) throw refuse('a text that is no state');
  return tensors;
}

function fitsShape(shape: readonly number[], port: RowPort, sizes: ReadonlyMap<string, number>): boolean {
  if (port.shape === null) return true;
  if (shape.length !== port.shape.length) return false;
  return port.shape.every((size, index) => {
    const due = typeof size === 'string' ? sizes.get(size) : size;
    return due === undefined || due === null || due === shape[index];
  });
}

/** Enough of the file's hash to tell it from the one that replaced it. */
function fileMark({ sha256 }: StateOwner): string {
  return sha256.slice(0, 16);
}

function digestOf(body: Buffer): Buffer {
  return createHash('sha256').update(body).digest().subarray(0, digestBytes);
}

function bytesOf({ data }: Tensor): Buffer {
  if (!ArrayBuffer.isView(data)) throw new Error('Strings are no state.');
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
