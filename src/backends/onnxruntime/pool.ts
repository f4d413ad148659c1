import { GatewayError } from '../../errors.ts';
import type { NamedTensors } from '../../tensors/tensor.ts';
import type { SessionClient, SessionResult } from './session-client.ts';

/** Several sessions of one model. */
export interface SessionPool {
  /** Runs the model on an idle session, or queues the call until one is. @throws GatewayError */
  run(inputs: NamedTensors, outputs: readonly string[]): Promise<SessionResult>;
  /** Refuses new calls, finishes those it has, then ends the sessions. Idempotent. */
  close(): Promise<void>;
}

interface WaitingCall {
  readonly inputs: NamedTensors;
  readonly outputs: readonly string[];
  readonly resolve: (result: Promise<SessionResult>) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Gives calls to idle sessions, and queues them in order while all are busy. A session whose thread ended by itself is
 * replaced by a new one; while there is none at all, and none can be started, calls are refused.
 * @param start starts one session.
 */
export async function startPool(instances: number, start: () => Promise<SessionClient>): Promise<SessionPool> {
  const sessions = new Set<SessionClient>();
  const idle: SessionClient[] = [];
  const waiting: WaitingCall[] = [];
  let starting = 0;
  let closing: Promise<void> | null = null;
  let whenDrained: (() => void) | null = null;

  const add = (session: SessionClient): void => {
    sessions.add(session);
    void session.ended.then(() => remove(session));
    settle(session);
  };

  const remove = (session: SessionClient): void => {
    sessions.delete(session);
    const at = idle.indexOf(session);
    if (at >= 0) idle.splice(at, 1);
    if (closing === null) void replace();
    else refuseIfNoneIsLeft();
  };

  const refuseIfNoneIsLeft = (cause?: unknown): void => {
    if (sessions.size === 0 && starting === 0) for (const call of waiting.splice(0)) call.reject(unavailable(cause));
    checkDrained();
  };

  const checkDrained = (): void => {
    if (idle.length === sessions.size && waiting.length === 0) whenDrained?.();
  };

  const replace = async (): Promise<void> => {
    starting += 1;
    try {
      const session = await start();
      starting -= 1;
      add(session);
      if (closing !== null) await session.close();
    } catch (error) {
      starting -= 1;
      refuseIfNoneIsLeft(error);
    }
  };

  /** Called when a session has nothing to do. */
  const settle = (session: SessionClient): void => {
    if (!sessions.has(session)) return;
    const call = waiting.shift();
    if (call !== undefined) return call.resolve(runOn(session, call.inputs, call.outputs));
    idle.push(session);
    checkDrained();
  };

  const runOn = async (
    session: SessionClient,
    inputs: NamedTensors,
    outputs: readonly string[],
  ): Promise<SessionResult> => {
    try {
      return await session.run(inputs, outputs);
    } finally {
      settle(session);
    }
  };

  const run = (inputs: NamedTensors, outputs: readonly string[]): Promise<SessionResult> => {
    if (closing !== null || (sessions.size === 0 && starting === 0)) return Promise.reject(unavailable());
    // The session used last is warmest: its thread's caches still hold the weights.
    const session = idle.pop();
    if (session !== undefined) return runOn(session, inputs, outputs);
    return new Promise((resolve, reject) => waiting.push({ inputs, outputs, resolve, reject }));
  };

  const close = async (): Promise<void> => {
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
  return new GatewayError('MODEL_UNAVAILABLE', 'The model was unloaded, or its threads ended; try again.', { cause });
}
