import { open } from 'node:fs/promises';
import { join } from 'node:path';

import { storedBytes } from './element-types.ts';
import type { ExternalTensor } from './graph.ts';

/** Weights that lie beside a model, to be given to the runtime. */
export interface Weights {
  /** As the model names the file. */
  readonly path: string;
  readonly data: Uint8Array;
}

/** One call to the disk reads no more than 2 GiB. */
const mostBytes = 1 << 30;
/** A tensor that the runtime is given has to fit into a message of protobuf. */
const largestTensor = 2 ** 31;

/**
 * The files of weights that a session is to be given. The runtime would map them instead, and use them where they lie as
 * long as it lives: a file that is overwritten would change its answers, and one that is cut would end the process.
 * @returns null where the runtime has to map them after all.
 */
export function weightsToRead(tensors: readonly ExternalTensor[]): readonly string[] | null {
  const isTooLarge = ({ length, elementType, shape }: ExternalTensor) =>
    (length ?? storedBytes(elementType, shape)) >= largestTensor;
  // The runtime drops "./" from the names that it is given, and not from those that it looks for.
  const isLost = ({ location }: ExternalTensor) => location.includes('./');
  if (tensors.some((tensor) => isTooLarge(tensor) || isLost(tensor))) return null;
  return [...new Set(tensors.map(({ location }) => location))];
}

/** Reads files of weights, one after the other. @throws the system's error. */
export async function readWeights(folder: string, locations: readonly string[]): Promise<Weights[]> {
  const weights: Weights[] = [];
  for (const path of locations) weights.push({ path, data: await readWhole(join(folder, path)) });
  return weights;
}

async function readWhole(path: string): Promise<Uint8Array> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const data = new Uint8Array(size);
    for (let at = 0; at < size;) {
      const { bytesRead } = await handle.read(data, at, Math.min(size - at, mostBytes), at);
      // It was cut meanwhile; what is missing is zeros, and the version is loaded anew since its files changed.
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return data;
  } finally {
    await handle.close();
  }
}
