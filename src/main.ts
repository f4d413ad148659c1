#!/usr/bin/env node
import cluster, { type Worker } from 'node:cluster';
import { runCommandLine } from './cli/command-line.ts';
import { onStopSignal } from './cli/stop-signals.ts';
import type { ForkedProcess, PrimaryChannel } from './processes/channel.ts';

// Builds of ONNX Runtime report each session to Microsoft, names of models among it, and keep an id of the machine and a
// database below the home folder. It asks for this once, when it is loaded. Whoever wants the reports sets it to 0.
process.env['ORT_DISABLE_TELEMETRY'] ??= '1';

process.exitCode = await runCommandLine({
  arguments: process.argv.slice(2),
  environment: process.env,
  output: process.stdout,
  errors: process.stderr,
  usage: () => {
    const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    return {
      cpuSeconds: (user + system) / 1e6,
      residentBytes: rss,
      heapUsedBytes: heapUsed,
      heapTotalBytes: heapTotal,
      externalBytes: external,
    };
  },
  onStopSignal: (callback) =>
    onStopSignal(
      {
        on: (signal, listener) => process.on(signal, listener),
        off: (signal, listener) => process.off(signal, listener),
        raise: (signal) => {
          // Processes that this one leads end by themselves when it is gone, but for those that hang.
          for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGKILL');
          process.kill(process.pid, signal);
        },
        now: () => performance.now(),
      },
      callback,
    ),
  primary: cluster.worker === undefined ? null : channelToPrimary(cluster.worker),
  fork,
});

/** Without its primary this process would end at once: node:cluster sees to that. */
function channelToPrimary(self: Worker): PrimaryChannel {
  return {
    send: (message) => sendTo(self, message),
    onMessage: (listener) => self.on('message', listener),
    close: () => self.disconnect(),
  };
}

function fork(): ForkedProcess {
  cluster.setupPrimary({ stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const worker = cluster.fork();
  const { pid, stdout } = worker.process;
  if (stdout == null) throw new Error('The process has no standard output.');
  // Whoever cannot be started, or told something, has ended, which is told by its end.
  worker.on('error', () => undefined);
  return {
    pid,
    output: stdout,
    send: (message) => sendTo(worker, message),
    onMessage: (listener) => worker.on('message', listener),
    onEnd: (listener) => worker.process.on('close', (code, signal) => listener({ code, signal })),
  };
}

function sendTo(worker: Worker, message: object): void {
  if (worker.isConnected()) worker.send(message, undefined, () => undefined);
}
