import type { GatewayOptions } from '../config/options.ts';

/** What a command may use of the process it runs in. */
export interface CommandEnvironment {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly output: NodeJS.WriteStream;
  readonly errors: NodeJS.WriteStream;
  onStopSignal(callback: (signal: string) => void): void;
}

/** One command: does its work and says with which code the process ends. */
export type CommandAction = (
  options: GatewayOptions,
  io: CommandEnvironment,
  softwareVersion: string,
) => Promise<number>;
