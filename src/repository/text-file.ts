import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { ModelLoadError, systemCode } from '../errors.ts';

/**
 * Reads a file that people write beside their models; null when there is none.
 * @throws ModelLoadError that names the file, without its path.
 */
export async function readTextFile(path: string): Promise<string | null> {
  try {
    const text = await readFile(path, 'utf8');
    // The mark that some editors put first.
    return text.startsWith('\uFEFF') ? text.slice(1) : text;
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
