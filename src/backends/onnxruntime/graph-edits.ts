import type { Graph } from './graph.ts';
import { concatBytes, varint } from './protobuf-writer.ts';
import type { Span } from './protobuf.ts';

/** Replaces the bytes of a span of the model file, when the model is loaded; the file stays as it is. */
export interface Edit extends Span {
  readonly bytes: Uint8Array;
}

/**
 * Edits inside a graph as edits of the file: in order, with the graph's new length, which stands before it.
 * @param edits of whole fields of the graph, or of the heads of such fields; they do not overlap.
 */
export function editsOfGraph({ field }: Graph, edits: readonly Edit[]): readonly Edit[] {
  if (edits.length === 0) return [];
  let length = field.end - field.payload;
  for (const { bytes, start, end } of edits) length += bytes.byteLength - (end - start);
  const head = concatBytes([varint(field.number * 8 + 2), varint(length)]);
  return [{ start: field.start, end: field.payload, bytes: head }, ...edits].sort(
    (left, right) => left.start - right.start,
  );
}

/** The file's bytes with the edits made; the edits are in order and do not overlap. */
export function applyEdits(file: Uint8Array, edits: readonly Edit[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const edit of edits) {
    parts.push(file.subarray(at, edit.start), edit.bytes);
    at = edit.end;
  }
  return concatBytes([...parts, file.subarray(at)]);
}
