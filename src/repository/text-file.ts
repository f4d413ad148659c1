import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { ModelLoadError, systemCode } from '../errors.ts';

/**
 * Reads a text that people write beside their models; null when there is none.
 * @throws ModelLoadError that names the file, without its path.
 */
export async function readTextFile(path: string): Promise<string | null> {
  const text = (await readFileBeside(path))?.toString('utf8') ?? null;
  // The mark that some editors put first.
  return text?.startsWith('\uFEFF') === true ? text.slice(1) : text;
}

/**
 * Reads a file that people put beside their models; null when there is none.
 * @throws ModelLoadError that names the file, without its path.
 */
export async function readFileBeside(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT') return null;
    const name = basename(path);
    throw new ModelLoadError(
      code === 'EISDIR'
        ? `${name} is a folder: put a file of that name there, or nothing.`
        : `${name} cannot be read (${code}): check who owns it and who may read it.`,
      { cause: error },
    );
  }
}
