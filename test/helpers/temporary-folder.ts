import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What can be told to do something when it ends: the context of a test, or `{ after }` for a whole file. */
export interface TestScope {
  after(callback: () => Promise<void>): void;
}

/**
 * A part of a test whose ends come in the opposite order: what began last, and may use what began before it, ends first.
 * The ends of a test itself come in the order of their beginnings.
 */
export function lastEndsFirst(test: TestScope): TestScope {
  const ends = new AsyncDisposableStack();
  test.after(() => ends.disposeAsync());
  return { after: (callback) => ends.defer(callback) };
}

/** A new folder with these files, by their path in it; removed after the test. */
export async function temporaryFolder(
  test: TestScope,
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<string> {
  // The space is there because paths with spaces are the ones that slip through when messages are cleaned of paths.
  const folder = await mkdtemp(join(tmpdir(), 'inferql test '));
  test.after(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

/** The path of a new file `model.onnx`, in a folder of its own with these other files; removed after the test. */
export async function temporaryModel(
  test: TestScope,
  model: string | Uint8Array,
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<string> {
  return join(await temporaryFolder(test, { ...files, 'model.onnx': model }), 'model.onnx');
}
