const stopSignals = ['SIGINT', 'SIGTERM'] as const;

/** A signal that asks a process to stop. */
export type StopSignal = (typeof stopSignals)[number];

/** What is needed of the process. */
export interface SignalledProcess {
  on(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
  off(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
  /** Sends a signal to the process itself. */
  raise(signal: StopSignal): void;
  /** Milliseconds since any fixed moment. */
  now(): number;
}

/**
 * How long signals after the first one count as the same wish, in milliseconds. One Ctrl-C arrives twice where npm runs
 * the process: the terminal sends it to both, and npm hands on its own.
 */
const sameWishMs = 500;

/** Calls back at the first signal that asks to stop. A signal that comes later ends the process at once. */
export function onStopSignal(target: SignalledProcess, callback: (signal: StopSignal) => void): void {
  let firstAt: number | null = null;
  const listener = (signal: StopSignal): void => {
    if (firstAt === null) {
      firstAt = target.now();
      callback(signal);
    } else if (target.now() - firstAt >= sameWishMs) {
      // Without a listener the signal does again what it does to any process.
      for (const each of stopSignals) target.off(each, listener);
      target.raise(signal);
    }
  };
  for (const signal of stopSignals) target.on(signal, listener);
}
