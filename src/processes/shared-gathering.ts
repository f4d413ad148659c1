import { setImmediate as nextTurn } from 'node:timers/promises';
import type { GatheredReport } from './messages.ts';

/**
 * Gathers reports, one after the other. Whoever asks in one turn of the event loop, or while another one is under way,
 * shares the next: however many ask, the processes are asked once at a time, and after everybody who shares the answer.
 */
export function sharedGathering(gather: () => Promise<GatheredReport>): () => Promise<GatheredReport> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<GatheredReport> | null = null;
  const run = async (before: Promise<unknown>): Promise<GatheredReport> => {
    await before;
    await nextTurn();
    next = null;
    const gathered = gather();
    running = gathered.catch(() => undefined);
    return await gathered;
  };
  return () => (next ??= run(running));
}
