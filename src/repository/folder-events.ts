import { watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { mapInLanes } from './map-in-lanes.ts';
import { isForbidden, isGone, statEntry } from './read-folder.ts';

/**
 * Tells of each event in one folder, `rename` where a name came or went. The file is null where the system does not say.
 * @returns a function that ends it.
 * @throws the system's error when the folder cannot be watched.
 */
export type WatchFolder = (
  path: string,
  onEvent: (type: 'rename' | 'change', file: string | null) => void,
  onError: (error: unknown) => void,
) => () => void;

/** Models, versions, and the folders below a version that a scan looks into. */
const deepest = 5;
const lanes = 8;

interface WatchedFolder {
  readonly depth: number;
  /** Another folder under the same path, as after a rename or behind a link, has another one. Null when it is gone. */
  identity: string | null;
  readonly close: () => void;
  /** Paths of the folders in it, as far as they are watched. */
  children: readonly string[];
}

interface Visit {
  readonly path: string;
  readonly depth: number;
  /** Whether to look into the folder although it is still the same. */
  readonly isStale: boolean;
}

/**
 * Listens for events in a repository: one watch for each folder, links followed, none for the files. It watches the
 * folders that it has seen; `refresh` looks which came, went or were replaced. See docs/decisions/0003-own-watches.md.
 */
export class FolderEvents {
  readonly #root: string;
  readonly #onEvent: () => void;
  readonly #onError: (error: unknown) => void;
  readonly #watchFolder: WatchFolder;
  readonly #folders = new Map<string, WatchedFolder>();
  /** Folders in which names came or went since the last refresh. */
  readonly #stale = new Set<string>();
  #closeParent: (() => void) | null = null;
  #isClosed = false;

  constructor(
    root: string,
    callbacks: { readonly onEvent: () => void; readonly onError: (error: unknown) => void },
    watchFolder: WatchFolder = watchBySystem,
  ) {
    this.#root = root;
    this.#onEvent = callbacks.onEvent;
    this.#onError = callbacks.onError;
    this.#watchFolder = watchFolder;
    this.doubt();
  }

  /** Has the next refresh look into the root, and whether the models' folders are still the same. */
  doubt(): void {
    this.#stale.add(this.#root);
  }

  /** Brings the watches up to date. Of what changes after it, events tell; of what changed before, perhaps not. */
  async refresh(): Promise<void> {
    this.#watchParent();
    let visits: Visit[] = [];
    for (const path of this.#stale) {
      const depth = path === this.#root ? 0 : this.#folders.get(path)?.depth;
      if (depth !== undefined) visits.push({ path, depth, isStale: true });
    }
    this.#stale.clear();
    while (visits.length > 0 && !this.#isClosed) {
      visits = (await mapInLanes(visits, lanes, (visit) => this.#visit(visit))).flat();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#closeParent?.();
    for (const { close } of this.#folders.values()) close();
    this.#folders.clear();
  }

  /** @returns what to visit next: the folders in this one, if they may be others than before. */
  async #visit({ path, depth, isStale }: Visit): Promise<Visit[]> {
    try {
      const stats = await statEntry(path);
      if (this.#isClosed) return [];
      if (stats?.isDirectory() !== true) {
        this.#drop(path);
        return [];
      }
      const identity = `${stats.dev} ${stats.ino}`;
      if (this.#folders.get(path)?.identity !== identity) {
        this.#drop(path);
        // Before it is looked into, so that nothing slips through in between.
        this.#watch(path, depth, identity);
      } else if (!isStale) return [];
      return depth < deepest ? await this.#visitChildren(path, depth) : [];
    } catch (error) {
      this.#tell(error);
      return [];
    }
  }

  async #visitChildren(path: string, depth: number): Promise<Visit[]> {
    const entries = await readdir(path, { withFileTypes: true });
    const children = entries
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      // No model, and perhaps large, as .git is. Inside of models they are what copies begin as.
      .filter(({ name }) => depth > 0 || !name.startsWith('.'))
      .map(({ name }) => join(path, name));
    const folder = this.#folders.get(path);
    if (folder === undefined) return [];
    const left = new Set(children);
    for (const child of folder.children) if (!left.has(child)) this.#drop(child);
    folder.children = children;
    return children.map((child) => ({ path: child, depth: depth + 1, isStale: false }));
  }

  #watch(path: string, depth: number, identity: string): void {
    const onEvent = (type: 'rename' | 'change', file: string | null) => {
      const folder = this.#folders.get(path);
      // Its own name: it was deleted or moved. The folder that is made next is often given the same inode.
      if (type === 'rename' && file === basename(path) && folder !== undefined) folder.identity = null;
      if (type === 'rename') this.#stale.add(path);
      this.#onEvent();
    };
    const onError = (error: unknown) => {
      // The watch has ended. Forgotten, the folder is watched anew when it is next seen.
      this.#drop(path);
      this.#tell(error);
    };
    this.#folders.set(path, { depth, identity, close: this.#watchFolder(path, onEvent, onError), children: [] });
  }

  /** A root that is deleted and made again is a new folder, of which only its parent tells. */
  #watchParent(): void {
    if (this.#closeParent !== null || this.#isClosed) return;
    const onEvent = (_type: string, file: string | null) => {
      if (file !== null && file !== basename(this.#root)) return;
      this.doubt();
      this.#onEvent();
    };
    const onError = (error: unknown) => {
      this.#closeParent?.();
      this.#closeParent = null;
      this.#tell(error);
    };
    try {
      this.#closeParent = this.#watchFolder(dirname(this.#root), onEvent, onError);
    } catch (error) {
      this.#tell(error);
    }
  }

  /** What is gone needs no watch, and of what may not be read the scan tells. Windows says so of folders that go. */
  #tell(error: unknown): void {
    if (!isGone(error) && !isForbidden(error)) this.#onError(error);
  }

  #drop(path: string): void {
    const folder = this.#folders.get(path);
    if (folder === undefined) return;
    this.#folders.delete(path);
    folder.close();
    for (const child of folder.children) this.#drop(child);
  }
}

const watchBySystem: WatchFolder = (path, onEvent, onError) => {
  const watcher = watch(path, onEvent);
  watcher.on('error', onError);
  return () => watcher.close();
};
