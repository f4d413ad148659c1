import type { GatewayOptions } from '../config/options.ts';
import type { ProcessUsage } from '../observability/metrics/process-recorder.ts';
import type { ForkedProcess, PrimaryChannel } from '../processes/channel.ts';

/** What a command may use of the process it runs in. */
export interface CommandEnvironment {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly output: NodeJS.WriteStream;
  readonly errors: NodeJS.WriteStream;
  /** What the process uses at the moment. */
  readonly usage: () => ProcessUsage;
  onStopSignal(callback: (signal: string) => void): void;
  /** The process that started this one to serve beside others; null in a process that was started by itself. */
  readonly primary: PrimaryChannel | null;
  /** Starts a process like this one, with the same arguments, to serve beside others. All of them share what they listen on. */
  fork(): ForkedProcess;
}

/** One command: does its work and says with which code the process ends. */
export type CommandAction = (
  options: GatewayOptions,
  io: CommandEnvironment,
  softwareVersion: string,
) => Promise<number>;
