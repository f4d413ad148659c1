import type { ModelProto } from '../../../../src/backends/onnxruntime/model-proto.ts';
import { readModel } from '../../../../src/backends/onnxruntime/model-file.ts';

/** Reads a model that is in memory. */
export function readBytes(bytes: Uint8Array): Promise<ModelProto> {
  return readModel(bytes.byteLength, readerOf(bytes));
}

/** As a file gives its bytes: fewer than asked for where it ends. */
export function readerOf(bytes: Uint8Array): (offset: number, length: number) => Promise<Uint8Array> {
  return (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length));
}
