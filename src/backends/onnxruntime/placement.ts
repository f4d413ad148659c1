import type { NamedTensors } from '../../tensors/tensor.ts';
import type { RunResult } from '../backend.ts';
import { openInlineSession } from './inline-session.ts';
import type { SessionRequest } from './messages.ts';
import { type PoolOptions, type SessionPool, startPool } from './pool.ts';
import { SessionThread } from './session-thread.ts';

/**
 * Where the sessions of a model are: `own`, threads of its own; `shared`, the thread that small models share; `inline`,
 * the gateway's own thread. See docs/decisions/0006-where-sessions-run.md.
 */
export type Place = 'own' | 'shared' | 'inline';

/**
 * How long the shared thread waits for another model. Tiny ones leave it when they are warm: were it to end with each, a
 * folder of them would start a thread, which takes 60 ms of CPU, for every other one.
 */
const lingerMs = 5000;

/** The thread that small models share. It ends a while after its last session, and begins anew with the next. */
export class SharedThread {
  #thread: SessionThread | null = null;

  /** @throws the runtime's own error when it refuses the model. */
  async open(request: SessionRequest, stuckAfterMs: number | null) {
    if (this.#thread?.isAlive !== true) this.#thread = new SessionThread({ lingerMs });
    // The calls of one session at a time: threads of its own would only wait. Calls are small here, but for those of the
    // warm-up, whose memory would be kept for as long as the model is.
    return await this.#thread.open({ ...request, threads: 1, keepsMemory: false }, stuckAfterMs);
  }
}

/** What decides where a model runs. */
export interface PlacementOptions {
  readonly request: SessionRequest;
  readonly shared: SharedThread;
  /** After how long in one call a thread counts as lost; null for never. */
  readonly stuckAfterMs: number | null;
  /** Of the sessions that are not in threads of their own. */
  readonly pool: PoolOptions;
  /** Starts the sessions in threads of their own. */
  readonly startOwn: () => Promise<SessionPool>;
  /** Whether nothing that a client sends can make a call much longer than those of the warm-up, rows apart. */
  readonly isBounded: boolean;
}

/** A model of more bytes loads so long that the models of the shared thread would wait for it. */
export const mostSharedBytes = 4 * 1024 * 1024;
// Calls are measured in CPU time of the one thread that they have there: on a busy machine the time on the clock says little.

/** A model whose calls take longer, on the average of the last few, moves out of the shared thread. */
const longestSharedCallMs = 2;
/** A call as long as this makes it move at once. */
const intolerableCallMs = 20;
/** The same of a warm-up's call of many rows, as which no client may ever call: the first that does may hold up others once. */
const intolerableWarmUpCallMs = 100;
/** The longest call of a warm-up, at the most rows, of a model that may run in the gateway's own thread. */
const longestInlineCallMs = 0.25;
/** How much the newest call counts in the average. */
const newestWeight = 0.3;
/** The first calls of a session, which also set it up, say little. */
const fewestCalls = 3;

/**
 * A small model, wherever its sessions are. It begins in the shared thread, and moves into threads of its own as soon as
 * its calls prove long, or, after a warm-up in which they proved very short, into the gateway's own thread. Calls go
 * on while it moves.
 */
export class PlacedModel {
  readonly #options: PlacementOptions;
  #pool: SessionPool;
  #place: Place = 'shared';
  #moving: Promise<void> | null = null;
  #isClosing = false;
  #isWarm = false;
  /** Whether it was lost with its thread before. */
  #isDangerous = false;
  #calls = 0;
  #averageMs = 0;
  /** The most rows in a call so far, and the least time of the calls with as many. */
  #largest = { rows: 0, cpuMs: Number.POSITIVE_INFINITY };

  private constructor(options: PlacementOptions, pool: SessionPool) {
    this.#options = options;
    this.#pool = pool;
  }

  /** @throws the runtime's own error when it refuses the model. */
  static async open(options: PlacementOptions): Promise<PlacedModel> {
    let placed: PlacedModel | null = null;
    const onLost = (error: Error) => {
      options.pool.onLost?.(error);
      if (placed !== null) placed.#isolate();
    };
    const { shared, request, stuckAfterMs } = options;
    const pool = await startPool(1, () => shared.open(request, stuckAfterMs), { ...options.pool, onLost });
    placed = new PlacedModel(options, pool);
    return placed;
  }

  get place(): Place {
    return this.#place;
  }

  async run(inputs: NamedTensors, outputs: readonly string[]): Promise<RunResult> {
    const result = await this.#pool.run(inputs, outputs);
    if (this.#place !== 'own') this.#learn(rowsOf(inputs), result.cpuMs);
    return result;
  }

  /** To be called after the warm-up. @param hasBatchAxis whether calls take no more rows than those of the warm-up did. */
  async settle(hasBatchAxis: boolean): Promise<void> {
    const { request } = this.#options;
    const isBounded = this.#options.isBounded && hasBatchAxis && !this.#isDangerous;
    this.#isWarm = true;
    const isTiny = this.#largest.cpuMs <= longestInlineCallMs;
    if (!isBounded || !isTiny || this.#place !== 'shared' || this.#moving !== null) return;
    await this.#move('inline', () => startPool(1, () => openInlineSession(request), this.#options.pool));
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#moving;
    await this.#pool.close();
  }

  #learn(rows: number, cpuMs: number): void {
    // Full batches of a warm-up do not say that such are to come: a server without load keeps its threads few.
    this.#calls = this.#isWarm ? this.#calls + 1 : 1;
    this.#averageMs = this.#calls === 1 ? cpuMs : this.#averageMs + newestWeight * (cpuMs - this.#averageMs);
    if (rows > this.#largest.rows) this.#largest = { rows, cpuMs };
    else if (rows === this.#largest.rows) this.#largest.cpuMs = Math.min(this.#largest.cpuMs, cpuMs);
    const isLong = this.#calls >= fewestCalls && this.#averageMs > longestSharedCallMs;
    if (isLong || isIntolerable({ cpuMs, rows, isWarm: this.#isWarm })) void this.#move('own', this.#options.startOwn);
  }

  /** It took its thread with it: the other models there are not to suffer again. */
  #isolate(): void {
    this.#isDangerous = true;
    if (this.#place === 'shared') void this.#move('own', this.#options.startOwn);
  }

  /** Where no session can be started there, the model stays where it is, and is looked at again after its next calls. */
  #move(place: Place, start: () => Promise<SessionPool>): Promise<void> {
    if (this.#isClosing) return Promise.resolve();
    this.#moving ??= (async () => {
      try {
        const pool = await start();
        const before = this.#pool;
        this.#pool = pool;
        this.#place = place;
        await before.close();
      } catch {
        this.#calls = 0;
      } finally {
        this.#moving = null;
      }
    })();
    return this.#moving;
  }
}

/** Whether a model must leave the shared thread because of one call. @param call its CPU time, and whether a client made it. */
export function isIntolerable(call: {
  readonly cpuMs: number;
  readonly rows: number;
  readonly isWarm: boolean;
}): boolean {
  const isExpected = call.isWarm || call.rows === 1;
  return call.cpuMs >= (isExpected ? intolerableCallMs : intolerableWarmUpCallMs);
}

/** The rows of a call; 1 where its inputs have no dimensions. */
function rowsOf(inputs: NamedTensors): number {
  for (const { shape } of inputs.values()) return shape[0] ?? 1;
  return 1;
}
