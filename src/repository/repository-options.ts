import type { HeldOrders } from './holds.ts';
import type { WatchMode } from './watch.ts';

/** What a repository is made with. */
export interface RepositoryOptions {
  /** Absolute path of the folder that holds the models. */
  readonly root: string;
  /** How many versions are loaded at the same time. */
  readonly parallelLoads: number;
  /** How changes are noticed; null leaves that to whoever calls `rescan`. */
  readonly watch: {
    readonly mode: WatchMode;
    readonly pollMs: number;
    /** How long a version's folder, or a manifest, must stand still before it is read. */
    readonly settleMs: number;
    /** How long a file that looks half copied is waited for before it is reported. */
    readonly incompleteGraceMs: number;
  } | null;
  /** What was asked for by hand, by model, of those that served this folder before this process started. */
  readonly orders?: ReadonlyMap<string, HeldOrders> | undefined;
}
