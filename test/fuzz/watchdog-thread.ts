/** The entry of the thread that watches the others. */
import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { WatchdogMessage } from './watchdog.ts';

const limitMs = workerData as number;
let timer: NodeJS.Timeout | undefined;

parentPort?.on('message', (each: WatchdogMessage) => {
  clearTimeout(timer);
  if (each === null) return;
  timer = setTimeout(() => {
    writeSync(2, `\nThis case did not come back within ${limitMs} ms:\n${each}\n`);
    process.kill(process.pid, 'SIGKILL');
  }, limitMs);
});
