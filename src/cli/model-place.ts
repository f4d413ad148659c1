import { access } from 'node:fs/promises';
import { basename, dirname, join, parse } from 'node:path';
import { isVersionName, manifestFileName } from '../repository/scan.ts';

/** What the place of a model file says of it. */
export interface ModelPlace {
  /** The name that it has in a repository, or would have. */
  readonly model: string;
  readonly version: number;
  /** The manifest that goes with it; null where there is none. */
  readonly manifest: string | null;
  /** The folder with its golden examples; null where the file does not lie as in a repository. */
  readonly versionFolder: string | null;
}

/**
 * Reads model and version from `<name>/<version>/model.onnx`; any other file is the first version of a model that is
 * called as the file is.
 * @param path absolute path of the file.
 */
export async function placeOf(path: string, modelFileName: string): Promise<ModelPlace> {
  const folder = dirname(path);
  const parent = dirname(folder);
  const isVersion = isVersionName(basename(folder));
  const isInRepository = isVersion && basename(path) === modelFileName && basename(parent) !== '';
  return {
    model: validName(isInRepository ? basename(parent) : parse(path).name),
    version: isInRepository ? Number(basename(folder)) : 1,
    manifest: await firstOf(isVersion ? [parent, folder] : [folder]),
    versionFolder: basename(path) === modelFileName ? folder : null,
  };
}

/** A name that a model's folder can have. */
function validName(name: string): string {
  const valid = name.replaceAll(/[^A-Za-z0-9_.-]/g, '_');
  return /^[A-Za-z0-9_]/.test(valid) ? valid : `_${valid}`;
}

async function firstOf(folders: readonly string[]): Promise<string | null> {
  for (const folder of folders) {
    const path = join(folder, manifestFileName);
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return null;
}
