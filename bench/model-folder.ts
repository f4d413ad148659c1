import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { shippedModels } from './gateway-process.ts';
import { withFolder } from './temporary-folder.ts';

/** A model of a folder that is made for a benchmark. */
export interface FolderModel {
  /** The bytes of the file, or its path. */
  readonly file: Uint8Array | string;
  /** Text of `model.yaml`. @default none */
  readonly manifest?: string;
}

/** Makes a folder of models, each with version 1, for as long as `use` needs it. */
export async function withModels<T>(
  models: Readonly<Record<string, FolderModel>>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  return withFolder(async (folder) => {
    for (const [name, { file, manifest }] of Object.entries(models)) {
      const path = modelPath(folder, name);
      await mkdir(join(path, '..'), { recursive: true });
      await (typeof file === 'string' ? cp(file, path) : writeFile(path, file));
      if (manifest !== undefined) await writeFile(join(folder, name, 'model.yaml'), manifest);
    }
    return use(folder);
  });
}

/** A model that inferql ships with, its version 1, to be served with other settings. */
export async function shippedModel(name: string): Promise<Required<FolderModel>> {
  const manifest = await readFile(join(shippedModels, name, 'model.yaml'), 'utf8');
  // Only version 1 is copied.
  return { file: modelPath(shippedModels, name), manifest: manifest.replace(/^versions:.*$/m, '') };
}

/** Where the file of a model lies in such a folder. */
export function modelPath(folder: string, name: string): string {
  return join(folder, name, '1', 'model.onnx');
}
