import { constants } from 'node:fs';
import { copyFile, mkdir, mkdtemp, open, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ModelLoadError, systemCode } from '../../errors.ts';
import { manifestFileName } from '../../repository/scan.ts';

/**
 * A folder in which a version is put together, out of everybody's sight. It is on the disk of the repository, so that a
 * rename puts the version into its place as a whole; a scan passes hidden names over.
 */
export interface Staging {
  /** What becomes the model's folder. */
  readonly modelFolder: string;
  /** What becomes the version's folder, inside that of the model. */
  readonly versionFolder: string;
  /** Takes everything away that is not in its place; also while somebody still writes into it. Can be repeated. */
  remove(): Promise<void>;
}

/**
 * Makes a staging folder.
 * @param isTrial whether nothing will be put into place: then it lies where temporary files do.
 * @throws ModelLoadError when the repository cannot be written to.
 */
export async function createStaging(root: string, name: string, version: number, isTrial: boolean): Promise<Staging> {
  try {
    const created = isTrial ? undefined : await mkdir(root, { recursive: true });
    const folder = await mkdtemp(isTrial ? join(tmpdir(), 'inferql-add-') : join(root, '.inferql-add-'));
    const modelFolder = join(folder, name);
    const versionFolder = join(modelFolder, String(version));
    await mkdir(versionFolder, { recursive: true });
    return {
      modelFolder,
      versionFolder,
      async remove() {
        await rm(folder, { recursive: true, force: true, maxRetries: 5 });
        if (created !== undefined) await removeEmpty(root, created);
      },
    };
  } catch (error) {
    throw cannotWrite(root, error);
  }
}

/** Takes empty folders away, from one up to another. */
async function removeEmpty(from: string, to: string): Promise<void> {
  for (let folder = from; folder.length >= to.length; folder = dirname(folder)) {
    const isRemoved = await rmdir(folder).then(
      () => true,
      () => false,
    );
    if (!isRemoved) return;
  }
}

/** Copies a file to a place that may be below folders that are not there yet, down to the disk. @throws ModelLoadError */
export async function copyDurably(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  } catch (error) {
    const code = systemCode(error);
    throw new ModelLoadError(
      code === 'ENOENT' ? `There is no file ${from}.` : `${basename(from)} cannot be copied (${code}).`,
      { cause: error },
    );
  }
  await sync(to);
}

/** Writes a file down to the disk. */
export async function writeDurably(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  await sync(path);
}

/**
 * Puts a version into its place in one step: a new model as a whole, else the version beside the others, after the
 * manifest where there was none.
 * @param isNew whether the model has no folder yet.
 * @param hasNewManifest whether a manifest was staged.
 * @throws ModelLoadError when the place was taken meanwhile; then all is as it was.
 */
export async function putIntoPlace(
  { modelFolder, versionFolder }: Staging,
  folder: string,
  { isNew, hasNewManifest }: { readonly isNew: boolean; readonly hasNewManifest: boolean },
): Promise<void> {
  await sync(versionFolder);
  await sync(modelFolder);
  const manifest = join(folder, manifestFileName);
  const version = join(folder, basename(versionFolder));
  let undo: (() => Promise<void>) | null = null;
  try {
    if (isNew) await rename(modelFolder, folder);
    else {
      if (hasNewManifest) {
        await rename(join(modelFolder, manifestFileName), manifest);
        undo = () => rm(manifest);
      }
      await rename(versionFolder, version);
    }
  } catch (error) {
    await undo?.();
    if (!['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(systemCode(error))) throw cannotWrite(folder, error);
    throw new ModelLoadError(`${isNew ? folder : version} was made by somebody else meanwhile: try again.`, {
      cause: error,
    });
  }
  await sync(isNew ? dirname(folder) : folder);
}

/** Waits until a file, or the names in a folder, are on the disk: after a failure of power it is there or not, never half. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some network disks know no such thing.
    if (!['EINVAL', 'ENOTSUP', 'ENOSYS'].includes(systemCode(error))) throw error;
  } finally {
    await handle.close();
  }
}

function cannotWrite(folder: string, cause: unknown): ModelLoadError {
  return new ModelLoadError(`${folder} cannot be written to (${systemCode(cause)}): check who owns it, and the disk.`, {
    cause,
  });
}
