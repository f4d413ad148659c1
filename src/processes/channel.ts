import type { Readable } from 'node:stream';
import type { ToPrimary, ToServing } from './messages.ts';

/** The primary process, as one that serves has it. */
export interface PrimaryChannel {
  /** Does nothing once the other side is gone. */
  send(message: ToPrimary): void;
  onMessage(listener: (message: ToServing) => void): void;
  /** Ends the channel, which keeps the process alive, after everything that was sent. */
  close(): void;
}

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A process that serves, as the primary process has it. */
export interface ForkedProcess {
  /** The system's number for it; undefined where it could not be started. */
  readonly pid: number | undefined;
  /** What it writes to its standard output. */
  readonly output: Readable;
  /** Does nothing once the process has ended. */
  send(message: ToServing): void;
  onMessage(listener: (message: ToPrimary) => void): void;
  /** Calls back once, after the last of its output and its messages. */
  onEnd(listener: (end: ProcessEnd) => void): void;
}
