import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../errors.ts';
import { AccessError } from './access-error.ts';

/** Calls back whenever one of the files may have changed. @returns a function that ends it. */
export type WatchFiles = (paths: readonly string[], onEvent: () => void) => () => void;

export interface LiveFilesOptions<Value> {
  readonly paths: readonly string[];
  /** Makes the value of the contents, in the order of the paths. What it throws refuses them. */
  readonly read: (contents: readonly Buffer[]) => Value;
  /** Told of each value but the first. */
  readonly onChange?: (value: Value) => void;
  /** Told, once for each, of contents that were refused; the value before them stays. */
  readonly onRefused: (error: unknown) => void;
  /** @default file events, and looking every two seconds */
  readonly watchFiles?: WatchFiles | undefined;
}

/** A value made of files, and made anew when they change. */
export interface LiveFiles<Value> {
  readonly current: Value;
  /** Looks at the files now. */
  check(): Promise<void>;
  close(): void;
}

/**
 * Reads files, and reads them again when they change. Contents that cannot be used leave the last good value in force: a
 * slip in an editor must neither open the server to everybody nor close it.
 * @throws AccessError, or what `read` throws, when the files cannot be used at the start.
 */
export async function openLiveFiles<Value>(options: LiveFilesOptions<Value>): Promise<LiveFiles<Value>> {
  const { paths, read, onChange, onRefused, watchFiles = watchByEventsAndTime } = options;
  let seen = await readAll(paths);
  let current = read(contentsOf(seen));
  let isClosed = false;
  const look = async (): Promise<void> => {
    const found = await readAll(paths);
    if (isClosed || isSame(seen, found)) return;
    seen = found;
    try {
      current = read(contentsOf(found));
      onChange?.(current);
    } catch (error) {
      onRefused(error);
    }
  };
  let looking = Promise.resolve();
  // One look after the other, so that an older state never comes after a newer one.
  const check = (): Promise<void> => (looking = looking.then(look));
  const unwatch = watchFiles(paths, () => void check());
  // What changed before the watch began.
  await check();
  return {
    get current() {
      return current;
    },
    check,
    close: () => {
      isClosed = true;
      unwatch();
    },
  };
}

/** A file's contents, or why it has none. */
type Found = Buffer | AccessError;

function readAll(paths: readonly string[]): Promise<readonly Found[]> {
  return Promise.all(
    paths.map((path) =>
      readFile(path).catch(
        (error: unknown) => new AccessError(`${path} cannot be read (${systemCode(error)}).`, { cause: error }),
      ),
    ),
  );
}

function contentsOf(found: readonly Found[]): readonly Buffer[] {
  return found.map((each) => {
    if (each instanceof AccessError) throw each;
    return each;
  });
}

function isSame(before: readonly Found[], after: readonly Found[]): boolean {
  return before.every((one, index) => {
    const other = after[index];
    if (one instanceof AccessError) return other instanceof AccessError && one.message === other.message;
    return other instanceof Buffer && one.equals(other);
  });
}

/** Files that belong together, such as a key and its certificate, are written one after the other. */
const settleMs = 100;
/** Disks that send no events, and links to other folders, as Kubernetes makes them for secrets. */
const pollMs = 2000;

const watchByEventsAndTime: WatchFiles = (paths, onEvent) => {
  let due: NodeJS.Timeout | null = null;
  const soon = (): void => {
    due ??= setTimeout(() => {
      due = null;
      onEvent();
    }, settleMs).unref();
  };
  const watchers = [...new Set(paths.map((path) => dirname(path)))].flatMap((folder) => {
    try {
      // The folder, for a file that is replaced is another file. Events that end leave the looking.
      const watcher = watch(folder, { persistent: false }, soon);
      return [watcher.on('error', () => watcher.close())];
    } catch {
      return [];
    }
  });
  const poll = setInterval(onEvent, pollMs).unref();
  return () => {
    clearInterval(poll);
    if (due !== null) clearTimeout(due);
    for (const watcher of watchers) watcher.close();
  };
};
