import type { Graph, GraphNode } from './graph.ts';
import type { Edit } from './graph-edits.ts';
import { bytesField, stringField, varintField } from './protobuf-writer.ts';

/** The K classes of each graph output that was a sequence of maps, and is FP32 [N, K] now. */
export type ZipMapCuts = ReadonlyMap<string, readonly string[]>;

const float32 = 1;

/**
 * scikit-learn's classifiers end in a ZipMap, which turns the scores [N, K] into a sequence of N maps, and those
 * cannot be fetched from ONNX Runtime. Each such node becomes an Identity: the scores get the name of the output.
 * Source: ZipMap in onnx/docs/Operators-ml.md.
 */
export function cutZipMaps(graph: Graph): { cuts: ZipMapCuts; edits: readonly Edit[] } {
  const cuts = new Map<string, readonly string[]>();
  const edits: Edit[] = [];
  for (const value of graph.outputs) {
    if (value.type.kind !== 'sequence') continue;
    const node = graph.producers.get(value.name);
    const scores = node?.inputs[0];
    if (node === undefined || scores === undefined || !isZipMap(node) || node.classLabels === null) continue;
    cuts.set(value.name, node.classLabels);
    edits.push({ start: node.span.start, end: node.span.end, bytes: identityNode(scores, value.name) });
    edits.push({ ...value.span, bytes: scoresValue(value.name, node.classLabels.length) });
  }
  return { cuts, edits };
}

function isZipMap(node: GraphNode): boolean {
  return node.operator === 'ZipMap' && node.domain === 'ai.onnx.ml';
}

/** GraphProto.node, a NodeProto. */
function identityNode(from: string, to: string): Uint8Array {
  return bytesField(1, stringField(1, from), stringField(2, to), stringField(4, 'Identity'));
}

/** GraphProto.output, a ValueInfoProto: float32 of the shape [unknown, columns]. */
function scoresValue(name: string, columns: number): Uint8Array {
  const shape = bytesField(2, bytesField(1), bytesField(1, varintField(1, columns)));
  return bytesField(12, stringField(1, name), bytesField(2, bytesField(1, varintField(1, float32), shape)));
}
