import { Session } from 'node:inspector/promises';

/**
 * Frees what starting left behind, and the room that V8 took for it: it looks for garbage when memory is asked for, so that a
 * server which nobody calls would hold it for ever. Blocks its thread, for 60 to 100 ms with a few models. The inspector of
 * the process itself is the way to this that needs no flag of Node.
 */
export async function freeStartGarbage(): Promise<void> {
  const session = new Session();
  session.connect();
  try {
    await session.post('HeapProfiler.collectGarbage');
  } finally {
    session.disconnect();
  }
}
