import type { HeldOrders } from './holds.ts';
import type { BoardOptions } from './model-board.ts';
import type { RepositoryHooks } from './model-entry.ts';
import type { VersionLoader } from './version-loader.ts';

/** What a keeper works with. */
export interface KeeperOptions<Served> extends BoardOptions<Served> {
  readonly hooks: RepositoryHooks<Served>;
  readonly loader: VersionLoader<Served>;
  /** What was asked for by hand before the process started. */
  readonly orders?: HeldOrders | undefined;
  /** Told that a version failed that was loaded: another one may be able to serve in its place. */
  readonly onBroken: () => void;
}

/** How a model is to be brought to what its folder holds. */
export interface ConvergeOptions {
  /** Whether files that look half copied may still be on their way. */
  readonly mayBeIncomplete: boolean;
  /** Whether versions that failed are tried again although nothing in their folders changed. */
  readonly retry: boolean;
}
