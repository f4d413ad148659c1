#!/usr/bin/env node
import { runCommandLine } from './cli/command-line.ts';
import { onStopSignal } from './cli/stop-signals.ts';

process.exitCode = await runCommandLine({
  arguments: process.argv.slice(2),
  environment: process.env,
  output: process.stdout,
  errors: process.stderr,
  onStopSignal: (callback) =>
    onStopSignal(
      {
        on: (signal, listener) => process.on(signal, listener),
        off: (signal, listener) => process.off(signal, listener),
        raise: (signal) => process.kill(process.pid, signal),
        now: () => performance.now(),
      },
      callback,
    ),
});
