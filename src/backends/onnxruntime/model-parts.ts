import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

import { checkExternalData } from './external-data.ts';
import { type Edit, editsOfGraph } from './graph-edits.ts';
import { readModel } from './model-file.ts';
import { nameLocales } from './string-locale.ts';

/** What whoever copies a model file, or compares two, must know of it. */
export interface ModelParts {
  /** Nodes of the graph; those of graphs inside them are not counted. */
  readonly nodes: number;
  /** The files of weights that belong to it, relative to its folder; all of them lie in it. */
  readonly weightsFiles: readonly string[];
  /** What to change in the bytes so that the runtime takes them on every machine; mostly nothing. */
  readonly edits: readonly Edit[];
}

/**
 * Reads what a model file is made of.
 * @throws ModelLoadError when it is no model, or its weights are not beside it; the system's error when it cannot be read.
 */
export async function readModelParts(path: string): Promise<ModelParts> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const { graph, externalTensors } = await readModel(size, async (offset, length) => {
      const { bytesRead, buffer } = await handle.read(new Uint8Array(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    });
    await checkExternalData(dirname(path), externalTensors);
    return {
      nodes: new Set(graph.producers.values()).size,
      weightsFiles: [...new Set(externalTensors.map(({ location }) => location))],
      edits: editsOfGraph(graph, nameLocales(graph).edits),
    };
  } finally {
    await handle.close();
  }
}
