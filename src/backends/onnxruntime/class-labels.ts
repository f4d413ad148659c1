import type { Dimension } from '../backend.ts';
import type { Graph, GraphNode } from './graph.ts';

const classifiers = new Set(['LinearClassifier', 'TreeEnsembleClassifier', 'SVMClassifier']);
/** Operators that keep the order of the columns. */
const columnwise = new Set([':Identity', ':Cast', ':Softmax', ':Sigmoid', ':Clip', 'ai.onnx.ml:Normalizer']);
/** skl2onnx puts at most a handful of them between the classifier and the output. */
const mostSteps = 8;

/**
 * The classes of an output that holds the scores of a classifier node, found by going back from the output; null
 * where the graph does not say. A classifier's first output is the class, its second the scores [N, K].
 * Source: onnx/docs/Operators-ml.md.
 */
export function classLabelsOf(
  graph: Graph,
  output: string,
  shape: readonly Dimension[] | null,
): readonly string[] | null {
  let name = output;
  for (let step = 0; step < mostSteps; step += 1) {
    const node = graph.producers.get(name);
    if (node === undefined) return null;
    if (isClassifier(node)) return node.outputs[1] === name ? fitting(node, shape) : null;
    const [input] = node.inputs;
    if (input === undefined || !columnwise.has(`${node.domain}:${node.operator}`)) return null;
    name = input;
  }
  return null;
}

function isClassifier(node: GraphNode): boolean {
  return node.domain === 'ai.onnx.ml' && classifiers.has(node.operator);
}

/** A support vector machine without probabilities has a column for each pair of classes: then the labels are not its. */
function fitting(node: GraphNode, shape: readonly Dimension[] | null): readonly string[] | null {
  const columns = shape?.at(-1);
  const isKnown = typeof columns === 'number';
  if (node.classLabels === null || (!isKnown && node.operator === 'SVMClassifier')) return null;
  return !isKnown || columns === node.classLabels.length ? node.classLabels : null;
}
