#!/usr/bin/env node
import { runCommandLine } from './cli/command-line.ts';

process.exitCode = await runCommandLine({
  arguments: process.argv.slice(2),
  environment: process.env,
  output: process.stdout,
  errors: process.stderr,
  // The first signal asks to stop; with the listener gone, the second one ends the process at once.
  onStopSignal: (callback) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => callback(signal));
  },
});
