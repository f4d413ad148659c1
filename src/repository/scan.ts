import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join, parse } from 'node:path';
import { ModelLoadError } from '../errors.ts';

/** A model's folder as it lies on disk, before anything in it was read. */
export interface FoundModel {
  readonly name: string;
  readonly path: string;
  /** Versions in ascending order. */
  readonly versions: readonly number[];
  readonly hasManifest: boolean;
}

/** What looks like a model but lies where none is looked for. */
export interface StrayModel {
  /** The name of the file or folder. */
  readonly name: string;
  /** What is wrong and what to do, in words. */
  readonly problem: string;
}

/** File name of the manifest inside a model's folder. */
export const manifestFileName = 'model.yaml';

const modelName = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const modelNameRule = 'letters, digits, "_", "-" and ".", the first a letter, a digit or "_"';
const versionName = /^[1-9]\d{0,8}$/;

/**
 * Lists the model folders of a repository: `<name>/<version>/`. Hidden entries and files that are no models are passed
 * over. A model that was put in the wrong place is told apart: whoever put it there waits for it to be served.
 * @throws ModelLoadError when the repository itself cannot be read.
 */
export async function scanRepository(
  root: string,
  modelFileName: string,
): Promise<{ readonly models: readonly FoundModel[]; readonly strays: readonly StrayModel[] }> {
  const models: FoundModel[] = [];
  const strays: StrayModel[] = [];
  for (const name of await listFolder(root)) {
    const path = join(root, name);
    if (await isFolder(path)) {
      if (modelName.test(name)) models.push({ name, path, ...(await scanModel(path)) });
      else strays.push({ name, problem: `No model can have this name. Rename the folder: ${modelNameRule}.` });
    } else if (extname(name) === extname(modelFileName)) {
      const problem = `The file lies beside the folders of models. Move it to ${parse(name).name}/1/${modelFileName}.`;
      strays.push({ name, problem });
    }
  }
  return { models, strays };
}

async function listFolder(root: string): Promise<string[]> {
  try {
    const entries = await readdir(root);
    return entries.filter((entry) => !entry.startsWith('.')).toSorted();
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new ModelLoadError(
      `The model repository ${root} cannot be read (${why}). Give the folder that holds the models.`,
      { cause: error },
    );
  }
}

async function scanModel(path: string): Promise<Pick<FoundModel, 'versions' | 'hasManifest'>> {
  const entries = await readdir(path);
  const versions: number[] = [];
  for (const entry of entries) {
    if (versionName.test(entry) && (await isFolder(join(path, entry)))) versions.push(Number(entry));
  }
  return { versions: versions.toSorted((a, b) => a - b), hasManifest: entries.includes(manifestFileName) };
}

async function isFolder(path: string): Promise<boolean> {
  // A link that points nowhere is as good as absent.
  const found = await stat(path).catch(() => null);
  return found?.isDirectory() ?? false;
}

/**
 * The real path of a file in a folder. Links are followed wherever they lead: whoever writes into the repository decides.
 * @throws ModelLoadError when it is missing or no regular file.
 */
export async function resolveFile(folder: string, fileName: string): Promise<string> {
  const real = await realpath(join(folder, fileName)).catch(() => {
    throw new ModelLoadError(`The version's folder has no ${fileName}. Put the model there under that name.`);
  });
  const found = await stat(real);
  if (found.isDirectory()) {
    throw new ModelLoadError(`${fileName} is a folder: put the model itself there, a file of that name.`);
  }
  if (!found.isFile()) throw new ModelLoadError(`${fileName} is no regular file: copy the model there.`);
  return real;
}
