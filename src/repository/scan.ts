import { readdir, realpath } from 'node:fs/promises';
import { extname, join, parse } from 'node:path';
import { ModelLoadError, systemCode } from '../errors.ts';
import { mapInLanes } from './map-in-lanes.ts';
import { fingerprintOf, isForbidden, isGone, modifiedAt, readFolder, statEntry } from './read-folder.ts';

/** A version's folder as it lies on disk. */
export interface FoundVersion {
  readonly version: number;
  /** Changes when any file in the folder does: names, sizes, times, inodes; links followed. */
  readonly fingerprint: string;
  /** When the folder, or anything in it, was last modified: milliseconds since the epoch. */
  readonly changedAt: number;
}

/** A model's folder as it lies on disk, before anything in it was read. */
export interface FoundModel {
  readonly name: string;
  readonly path: string;
  /** Versions in ascending order. */
  readonly versions: readonly FoundVersion[];
  /** Fingerprint of `model.yaml`; null where there is none. */
  readonly manifest: string | null;
  /**
   * When anything in the folder, files and folders, hidden ones included, was last modified: milliseconds since the
   * epoch. A rename alone leaves it as it is.
   */
  readonly changedAt: number;
  /** The same of the folder itself and of what is in it beside its versions. */
  readonly ownChangedAt: number;
}

/** A model's folder as far as it may be read. */
export interface ReadableModel extends Pick<FoundModel, 'name' | 'path' | 'manifest' | 'changedAt'> {
  /** A version without a fingerprint is being copied: what is known of it from before stays, and nothing is read. */
  readonly versions: readonly { readonly version: number; readonly fingerprint: string | null }[];
}

/** What of a model's folder decides how it is served, as text. */
export function contentOf({ manifest, versions }: ReadableModel): string {
  return JSON.stringify([manifest, versions]);
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
/** What a model may be called, in words. */
export const modelNameRule = 'letters, digits, "_", "-" and ".", the first a letter, a digit or "_"';
const versionName = /^[1-9]\d{0,8}$/;
/** Folders of models that are read at a time. */
const modelLanes = 8;

/** Whether a model's folder may have this name. */
export function isModelName(name: string): boolean {
  return modelName.test(name);
}

/** Whether a folder of this name, inside that of a model, is a version. */
export function isVersionName(name: string): boolean {
  return versionName.test(name);
}

/**
 * Lists the model folders of a repository: `<name>/<version>/`. Hidden entries and files that are no models are passed
 * over. A model that was put in the wrong place is told apart: whoever put it there waits for it to be served. What
 * vanishes during the scan counts as absent.
 * @throws ModelLoadError when the repository itself cannot be read, or its disk fails: then nothing is known of any model.
 */
export async function scanRepository(
  root: string,
  modelFileName: string,
): Promise<{ readonly models: readonly FoundModel[]; readonly strays: readonly StrayModel[] }> {
  const models: FoundModel[] = [];
  const strays: StrayModel[] = [];
  try {
    const names = await readdir(root);
    const visible = names.filter((name) => !name.startsWith('.')).toSorted();
    const found = await mapInLanes(visible, modelLanes, (name) => scanEntry(root, name, modelFileName));
    for (const each of found) {
      if (each === null) continue;
      if ('problem' in each) strays.push(each);
      else models.push(each);
    }
  } catch (error) {
    throw new ModelLoadError(
      `The model repository ${root} cannot be read (${systemCode(error)}). Give the folder that holds the models.`,
      { cause: error },
    );
  }
  return { models, strays };
}

async function scanEntry(root: string, name: string, modelFileName: string): Promise<FoundModel | StrayModel | null> {
  const path = join(root, name);
  const stats = await statEntry(path);
  if (stats?.isDirectory() === true) {
    if (modelName.test(name)) return scanModel(name, path, modifiedAt(stats));
    return { name, problem: `No model can have this name. Rename the folder: ${modelNameRule}.` };
  }
  if (stats === null || extname(name) !== extname(modelFileName)) return null;
  const place = `${parse(name).name}/1/${modelFileName}`;
  return { name, problem: `The file lies beside the folders of models. Move it to ${place}.` };
}

async function scanModel(name: string, path: string, folderChangedAt: number): Promise<FoundModel | StrayModel | null> {
  let entries: string[];
  try {
    entries = await readdir(path);
  } catch (error) {
    if (isGone(error)) return null;
    if (!isForbidden(error)) throw error;
    return {
      name,
      problem: `The folder cannot be read (${systemCode(error)}): check who owns it and who may read it.`,
    };
  }
  const versions: FoundVersion[] = [];
  let manifest: string | null = null;
  let ownChangedAt = folderChangedAt;
  for (const entry of entries) {
    const stats = await statEntry(join(path, entry));
    if (stats === null) continue;
    if (entry === manifestFileName) manifest = fingerprintOf(stats);
    const reading = stats.isDirectory() ? await readFolder(join(path, entry)) : { fingerprint: '', changedAt: 0 };
    const entryChangedAt = Math.max(modifiedAt(stats), reading.changedAt);
    if (stats.isDirectory() && versionName.test(entry)) {
      versions.push({ version: Number(entry), fingerprint: reading.fingerprint, changedAt: entryChangedAt });
    } else ownChangedAt = Math.max(ownChangedAt, entryChangedAt);
  }
  versions.sort((a, b) => a.version - b.version);
  const changedAt = Math.max(ownChangedAt, ...versions.map((version) => version.changedAt));
  return { name, path, versions, manifest, changedAt, ownChangedAt };
}

/**
 * The real path of a file in a folder. Links are followed wherever they lead: whoever writes into the repository decides.
 * @throws ModelLoadError when it is missing or no regular file.
 */
export async function resolveFile(folder: string, fileName: string): Promise<string> {
  const real = await realpath(join(folder, fileName)).catch(() => null);
  const found = real === null ? null : await statEntry(real);
  if (real === null || found === null) throw missingFile(fileName);
  if (found.isDirectory()) {
    throw new ModelLoadError(`${fileName} is a folder: put the model itself there, a file of that name.`);
  }
  if (!found.isFile()) throw new ModelLoadError(`${fileName} is no regular file: copy the model there.`);
  return real;
}

/** What is said of a version whose model file is not there: the folder is often made before the file is copied. */
export function missingFile(fileName: string): ModelLoadError {
  const message = `The version's folder has no ${fileName}. Put the model there under that name.`;
  return new ModelLoadError(message, { incomplete: true });
}
