import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { affineModel } from './onnx-models.ts';
import { temporaryFolder, type TestScope } from './temporary-folder.ts';

/** Contents by path. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** A repository that a test changes while it is served. */
export interface LiveFolder {
  readonly root: string;
  /** Puts a folder, or one file, in its place in one step: it is made elsewhere and then renamed. */
  place(path: string, content: Files | string | Uint8Array): Promise<void>;
  /** Takes a file or folder away, one entry after the other, as `rm -r` does. */
  remove(path: string): Promise<void>;
}

/** A new repository with these files; removed after the test. */
export async function liveFolder(test: TestScope, files: Files = {}): Promise<LiveFolder> {
  const root = await temporaryFolder(test, files);
  // Beside the repository, and so on the same disk: between disks a rename is a copy.
  const staging = await temporaryFolder(test);
  let count = 0;
  return {
    root,
    async place(path, content) {
      count += 1;
      const staged = join(staging, String(count));
      if (typeof content === 'string' || content instanceof Uint8Array) await writeFile(staged, content);
      else {
        for (const [name, each] of Object.entries(content)) {
          await mkdir(dirname(join(staged, name)), { recursive: true });
          await writeFile(join(staged, name), each);
        }
      }
      await rename(staged, join(root, path));
    },
    remove: (path) => rm(join(root, path), { recursive: true }),
  };
}

/** The files of a version that answers y = x + `offset`, and can prove it. */
export function addingVersion(offset: number): Readonly<Record<'model.onnx' | 'golden.json', string | Uint8Array>> {
  const examples = [0, 7].map((x) => ({ inputs: { x: [x] }, outputs: { y: [x + offset] } }));
  return {
    'model.onnx': affineModel({ scale: 1, offset, width: 1 }),
    'golden.json': JSON.stringify({ examples }),
  };
}
