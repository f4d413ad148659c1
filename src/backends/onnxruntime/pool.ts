import { GatewayError } from '../../errors.ts';
import type { NamedTensors } from '../../tensors/tensor.ts';
import { Recovery, type Remedy } from './recovery.ts';
import { CallNeverBegan, type SessionClient, type SessionEnd, type SessionResult } from './session-client.ts';
import { systemTimers, type Timers } from './timers.ts';

/** Several sessions of one model. */
export interface SessionPool {
  /** Runs the model on an idle session, or queues the call until one is. @throws GatewayError */
  run(inputs: NamedTensors, outputs: readonly string[]): Promise<SessionResult>;
  /** Refuses new calls, finishes those it has, then ends the sessions. Idempotent. */
  close(): Promise<void>;
}

export interface PoolOptions {
  /** @default the clock of the process */
  readonly timers?: Timers;
  /** Told of each thread that was lost, unless it was with the call of another model. */
  readonly onLost?: (error: Error) => void;
  /** Told, once, that the model has been given up, and why: its calls are refused from then on. */
  readonly onBroken?: (error: Error) => void;
}

interface Call {
  readonly inputs: NamedTensors;
  readonly outputs: readonly string[];
  readonly isRetry: boolean;
}

interface WaitingCall extends Call {
  readonly resolve: (result: Promise<SessionResult>) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Gives calls to idle sessions, and queues them in order while all are busy. A session whose thread was lost is
 * replaced by a new one, later each time, until the model is given up. Calls wait for a replacement, but for one that
 * could not be started they are refused.
 * @param start starts one session.
 */
export async function startPool(
  instances: number,
  start: () => Promise<SessionClient>,
  { timers = systemTimers, onLost, onBroken }: PoolOptions = {},
): Promise<SessionPool> {
  const sessions = new Set<SessionClient>();
  const idle: SessionClient[] = [];
  const waiting: WaitingCall[] = [];
  const recovery = new Recovery();
  const pauses = new Set<() => void>();
  let starting = 0;
  let failure: unknown = null;
  let broken: Error | null = null;
  let closing: Promise<void> | null = null;
  let whenDrained: (() => void) | null = null;

  const add = (session: SessionClient): void => {
    sessions.add(session);
    void session.ended.then((end) => remove(session, end));
    settle(session);
  };

  const remove = (session: SessionClient, end: SessionEnd): void => {
    sessions.delete(session);
    const at = idle.indexOf(session);
    if (at >= 0) idle.splice(at, 1);
    if (end.kind === 'lost') lose(end);
    else refuseIfNoneIsLeft();
  };

  const lose = ({ how, with: lostWith, cause, gone }: Extract<SessionEnd, { kind: 'lost' }>): void => {
    const byOther = lostWith === 'another session';
    const what = how === 'stuck' ? 'stopped answering' : 'ended by itself';
    if (!byOther) onLost?.(new Error(`A thread of the model ${what}.`, { cause }));
    if (closing !== null) return refuseIfNoneIsLeft();
    const remedy = recovery.lost({ at: timers.now(), how, byOther });
    if (how === 'stuck' && !byOther) void gone.then(() => recovery.returned());
    apply(remedy, cause);
  };

  const apply = (remedy: Remedy, cause: unknown): void => {
    if (broken !== null) return refuseIfNoneIsLeft();
    if (remedy.kind === 'give up') {
      broken = new Error(remedy.reason, { cause });
      onBroken?.(broken);
      for (const call of waiting.splice(0)) call.reject(unavailable(broken));
      return checkDrained();
    }
    if (remedy.delayMs === 0) return void replace();
    const callOff = timers.after(remedy.delayMs, () => {
      pauses.delete(callOff);
      void replace();
    });
    pauses.add(callOff);
  };

  const refuseIfNoneIsLeft = (): void => {
    if (isHopeless()) for (const call of waiting.splice(0)) call.reject(unavailable(failure ?? broken));
    checkDrained();
  };

  /** Whether no session is there, nor one to be expected soon. */
  const isHopeless = (): boolean => {
    if (sessions.size > 0) return false;
    return broken !== null || failure !== null || (starting === 0 && pauses.size === 0);
  };

  const checkDrained = (): void => {
    if (idle.length === sessions.size && waiting.length === 0) whenDrained?.();
  };

  const replace = async (): Promise<void> => {
    starting += 1;
    try {
      const session = await start();
      starting -= 1;
      failure = null;
      recovery.started();
      add(session);
      if (closing !== null) await session.close();
    } catch (error) {
      starting -= 1;
      failure = error;
      if (closing === null) apply(recovery.startFailed(), error);
      refuseIfNoneIsLeft();
    }
  };

  /** Called when a session has nothing to do. */
  const settle = (session: SessionClient): void => {
    if (!sessions.has(session)) return;
    const call = waiting.shift();
    if (call !== undefined) return call.resolve(runOn(session, call));
    idle.push(session);
    checkDrained();
  };

  const runOn = async (session: SessionClient, { inputs, outputs, isRetry }: Call): Promise<SessionResult> => {
    try {
      const result = await session.run(inputs, outputs);
      recovery.succeeded();
      return result;
    } catch (error) {
      if (!(error instanceof CallNeverBegan)) throw error;
      if (isRetry) throw unavailable(error);
    } finally {
      settle(session);
    }
    // It was innocent of what happened to its thread. Once is enough: who knows what else goes on there.
    return await take({ inputs, outputs, isRetry: true });
  };

  const take = (call: Call): Promise<SessionResult> => {
    if (isHopeless()) return Promise.reject(unavailable(failure ?? broken));
    // The session used last is warmest: its thread's caches still hold the weights.
    const session = idle.pop();
    if (session !== undefined) return runOn(session, call);
    return new Promise((resolve, reject) => waiting.push({ ...call, resolve, reject }));
  };

  const run = (inputs: NamedTensors, outputs: readonly string[]): Promise<SessionResult> =>
    closing === null && broken === null
      ? take({ inputs, outputs, isRetry: false })
      : Promise.reject(unavailable(broken));

  const close = async (): Promise<void> => {
    for (const callOff of pauses) callOff();
    pauses.clear();
    refuseIfNoneIsLeft();
    if (idle.length < sessions.size || waiting.length > 0) {
      await new Promise<void>((resolve) => (whenDrained = resolve));
    }
    await Promise.all([...sessions].map((session) => session.close()));
  };

  const begun = await Promise.allSettled(Array.from({ length: instances }, () => start()));
  const failed = begun.find((each) => each.status === 'rejected');
  if (failed !== undefined) {
    for (const each of begun) if (each.status === 'fulfilled') await each.value.close();
    throw failed.reason;
  }
  for (const each of begun) if (each.status === 'fulfilled') add(each.value);
  return { run, close: () => (closing ??= close()) };
}

function unavailable(cause?: unknown): GatewayError {
  return new GatewayError('MODEL_UNAVAILABLE', 'The model was unloaded, or its threads ended; try again.', {
    cause: cause ?? undefined,
  });
}
