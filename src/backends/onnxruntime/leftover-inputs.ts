import { readFile, writeFile } from 'node:fs/promises';

import type { Graph } from './graph.ts';
import { applyEdits, type Edit, editsOfGraph } from './graph-edits.ts';
import { readModel } from './model-file.ts';

/**
 * Takes inputs out of an optimised model that its original does not ask for. Files of IR version 3 declare an input for
 * each of their weights; the runtime writes those declarations back, also of weights that it has merged into others, and
 * whoever loads the file would have to pass them.
 * @param original path of the model from which it was made.
 * @param optimised path of the file, which is written anew where it has such inputs.
 */
export async function dropLeftoverInputs(original: string, optimised: string): Promise<void> {
  const [before, bytes] = await Promise.all([readFile(original), readFile(optimised)]);
  const asked = new Set((await readGraphOf(before)).inputs.map(({ name }) => name));
  const graph = await readGraphOf(bytes);
  const edits = inputEdits(graph, (name) => !asked.has(name));
  if (edits.length > 0) await writeFile(optimised, applyEdits(bytes, edits));
}

async function readGraphOf(bytes: Uint8Array): Promise<Graph> {
  const { graph } = await readModel(bytes.byteLength, async (offset, length) =>
    bytes.subarray(offset, offset + length),
  );
  return graph;
}

/** What takes the declarations of inputs out of a file, and makes the graph around them as much shorter. */
function inputEdits(graph: Graph, isLeftover: (name: string) => boolean): readonly Edit[] {
  const leftovers = graph.inputs.filter(({ name }) => isLeftover(name));
  return editsOfGraph(
    graph,
    leftovers.map(({ span }) => ({ ...span, bytes: new Uint8Array() })),
  );
}
