import { Burst, type BurstClock } from './burst.ts';
import { FolderEvents, type WatchFolder } from './folder-events.ts';

/** `auto` listens for file events, and looks from time to time as well; `poll` only looks from time to time. */
export type WatchMode = 'auto' | 'poll';

export interface WatchOptions {
  readonly mode: WatchMode;
  /** How often to look for what no event told of: network disks do not tell what other machines write. */
  readonly pollMs: number;
  /** Something may have changed. Several events in a burst make one call. */
  readonly onChange: () => void;
  /** Events cannot be listened for, or not for all folders. Told once; polling goes on. */
  readonly onError: (error: unknown) => void;
  /** @default that of the operating system */
  readonly watchFolder?: WatchFolder | undefined;
}

export interface RepositoryWatch {
  /** Ends the watch; nothing is called afterwards, and nothing keeps the process alive. */
  close(): Promise<void>;
}

/**
 * Calls back whenever something in a repository may have changed. Whoever scans it after this resolves, and again after
 * each call, misses nothing that events tell of. The repository may come, go and be replaced meanwhile.
 */
export async function watchRepository(root: string, options: WatchOptions): Promise<RepositoryWatch> {
  const { mode, pollMs, onChange, onError, watchFolder } = options;
  let isClosed = false;
  let wasErrorTold = false;
  const events =
    mode === 'poll'
      ? null
      : new FolderEvents(root, { onEvent: () => burst.add(), onError: (error) => tellError(error) }, watchFolder);

  const tellError = (error: unknown) => {
    if (wasErrorTold || isClosed) return;
    wasErrorTold = true;
    onError(error);
  };
  let telling = Promise.resolve();
  let isTellingDue = false;
  const tellChange = () => {
    if (isTellingDue) return;
    isTellingDue = true;
    telling = telling.then(async () => {
      isTellingDue = false;
      // First, so that whatever changes after the call is told of again.
      await events?.refresh();
      if (!isClosed) onChange();
    });
  };
  const burst = new Burst(processClock, tellChange);
  const poll = setInterval(() => {
    events?.doubt();
    tellChange();
  }, pollMs);

  telling = events?.refresh() ?? telling;
  await telling;
  return {
    async close() {
      isClosed = true;
      clearInterval(poll);
      burst.cancel();
      events?.close();
      await telling;
    },
  };
}

const processClock: BurstClock = {
  now: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
