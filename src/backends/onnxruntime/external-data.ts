import { open, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';

import { ModelLoadError, systemCode } from '../../errors.ts';
import { storedBytes } from './element-types.ts';
import { isGitLfsPointer } from './file-kind.ts';
import type { ExternalTensor } from './graph.ts';

/**
 * Checks that the files beside the model which hold its weights are in its folder, there, and long enough. A file
 * outside the folder is refused, through links too: a model must not make the server read other files.
 * @throws ModelLoadError
 */
export async function checkExternalData(folder: string, tensors: readonly ExternalTensor[]): Promise<void> {
  if (tensors.length === 0) return;
  const root = await realpath(folder);
  const sizes = new Map<string, number>();
  for (const tensor of tensors) {
    const { location, offset } = tensor;
    const length = tensor.length ?? storedBytes(tensor.elementType, tensor.shape);
    if (!(Number.isSafeInteger(offset) && offset >= 0 && Number.isSafeInteger(length) && length >= 0)) {
      throw new ModelLoadError(`The tensor "${tensor.name}" lies at no possible place of "${location}": export again.`);
    }
    const size = sizes.get(location) ?? (await sizeOf(root, location));
    sizes.set(location, size);
    if (offset + length <= size) continue;
    throw new ModelLoadError(
      `The weights file "${location}" is too short: the tensor "${tensor.name}" ends at byte ${offset + length}, ` +
        `the file at ${size}. Was it copied in half? Copy it again.`,
      { incomplete: true },
    );
  }
}

async function sizeOf(root: string, location: string): Promise<number> {
  if (location === '' || location.includes('\0') || isAbsolute(location) || /^[A-Za-z]:|^\\/.test(location)) {
    throw outside(location);
  }
  const joined = join(root, location);
  if (!isWithin(root, joined)) throw outside(location);
  let real: string;
  try {
    real = await realpath(joined);
  } catch (error) {
    throw missing(location, error);
  }
  if (!isWithin(root, real)) throw outside(location);
  const handle = await open(real, 'r').catch((error: unknown) => {
    const code = systemCode(error);
    if (code === 'ENOENT') throw missing(location, error);
    throw new ModelLoadError(`The weights file "${location}" cannot be opened (${code}).`, { cause: error });
  });
  try {
    const status = await handle.stat();
    if (!status.isFile()) throw new ModelLoadError(`The weights file "${location}" is no file: copy it again.`);
    const head = await handle.read(new Uint8Array(64), 0, 64, 0);
    if (isGitLfsPointer(head.buffer.subarray(0, head.bytesRead))) {
      throw new ModelLoadError(
        `The weights file "${location}" is a Git LFS pointer: run "git lfs pull" and copy the file again.`,
      );
    }
    return status.size;
  } finally {
    await handle.close();
  }
}

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function missing(location: string, cause: unknown): ModelLoadError {
  return new ModelLoadError(
    `The weights file "${location}" is missing: copy it into the folder of the model, beside the model file.`,
    { cause, incomplete: true },
  );
}

function outside(location: string): ModelLoadError {
  return new ModelLoadError(
    `The model keeps weights in "${location}", which is not inside its folder: save it with the weights file beside ` +
      'the model file and a relative location.',
  );
}
