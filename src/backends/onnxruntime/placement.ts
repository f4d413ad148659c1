import type { NamedTensors } from '../../tensors/tensor.ts';
import type { RunResult } from '../backend.ts';
import type { SessionRequest } from './messages.ts';
import { type SessionPool, startPool } from './pool.ts';
import { SessionThread } from './session-thread.ts';

/**
 * The thread that small models share: a thread of its own costs a model 25 to 30 MB and most of its time to load, and
 * models that are done in microseconds do not stand in each other's way.
 */
export class SharedThread {
  #thread: SessionThread | null = null;

  /** @throws the runtime's own error when it refuses the model. */
  async open(request: SessionRequest) {
    if (this.#thread?.isAlive !== true) this.#thread = new SessionThread();
    // The calls of one session at a time: threads of its own would only wait.
    return await this.#thread.open({ ...request, threads: 1 });
  }
}

/** The sessions of a model, wherever they are. */
export interface PlacedPool extends SessionPool {
  /** Whether they are in the thread that models share, where calls have that one thread. */
  isShared(): boolean;
}

/** A model of more bytes loads so long that the models of the shared thread would wait for it. */
export const mostSharedBytes = 4 * 1024 * 1024;
/** A model whose calls take longer, on the average of the last few, moves out of the shared thread. */
const longestSharedCallMs = 2;
/** A call as long as this makes it move at once. */
const intolerableCallMs = 20;
/** How much the newest call counts in that average. */
const newestWeight = 0.3;
/** The first calls of a session, which also set it up, say little. */
const fewestCalls = 3;

/**
 * Begins in the shared thread, and moves into threads of its own as soon as its calls prove long. Calls go on meanwhile.
 * @param startOwn starts the sessions that it moves to.
 */
export async function startShared(
  request: SessionRequest,
  shared: SharedThread,
  startOwn: () => Promise<SessionPool>,
): Promise<PlacedPool> {
  let pool = await startPool(1, () => shared.open(request));
  let moving: Promise<void> | null = null;
  let isClosing = false;
  let isShared = true;
  let calls = 0;
  let averageMs = 0;

  const move = async (): Promise<void> => {
    const own = await startOwn();
    const before = pool;
    pool = own;
    isShared = false;
    await before.close();
  };

  const learn = (computeMs: number): void => {
    calls += 1;
    averageMs = calls === 1 ? computeMs : averageMs + newestWeight * (computeMs - averageMs);
    const isLong = computeMs >= intolerableCallMs || (calls >= fewestCalls && averageMs > longestSharedCallMs);
    if (!isLong || moving !== null || isClosing) return;
    // Where no thread can be started it stays where it is, and tries again after the next calls.
    moving = move().catch(() => {
      moving = null;
      calls = 0;
    });
  };

  return {
    isShared: () => isShared,
    async run(inputs: NamedTensors, outputs: readonly string[]): Promise<RunResult> {
      const result = await pool.run(inputs, outputs);
      if (isShared) learn(result.computeMs);
      return result;
    },
    async close() {
      isClosing = true;
      await moving;
      await pool.close();
    },
  };
}
